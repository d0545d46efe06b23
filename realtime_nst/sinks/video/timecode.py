"""Timecode of professional cameras: a data stream in MP4 and QuickTime, a tag in Matroska."""

from fractions import Fraction

from realtime_nst.frame import StreamInfo

RATES = frozenset((24, 25, 30, 48, 50, 60, 100, 120, 150))
"""Frames per second, rounded, that FFmpeg writes a timecode stream for."""
TOLERANCE = Fraction(1, 100)
"""Seconds that a timecode may be off: less than half a frame of most videos."""


def begins_later(info: StreamInfo, beginning: Fraction) -> bool:
    """Return whether frames begin after the moment that the input's timecode is of.

    Args:
        info: the frames.
        beginning: of the whole stream, in seconds on the same clock.
    """
    return info.start - beginning > TOLERANCE


def timecode_note(muxer: str, info: StreamInfo, *, later: bool) -> str | None:
    """Return what becomes of a timecode that does not stay a stream."""
    if later:
        return "is left out: it is that of the beginning, which is cut off"
    if muxer in ("matroska", "webm"):
        return "becomes a tag"
    rate = info.rate is not None and round(info.rate) in RATES
    return None if muxer in ("mp4", "mov") and rate else "is left out: it has no place there"
