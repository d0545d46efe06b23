"""Timecode of professional cameras: a data stream in MP4 and QuickTime, a tag in Matroska."""

from fractions import Fraction

from realtime_nst.frame import StreamInfo

RATES = frozenset((24, 25, 30, 48, 50, 60, 100, 120, 150))
"""Frames per second, rounded, that FFmpeg writes a timecode stream for."""
TOLERANCE = Fraction(1, 100)
"""Tolerance of a timecode in seconds: less than half a frame of most videos."""


def begins_later(info: StreamInfo, beginning: Fraction) -> bool:
    """Return whether frames begin after the start of the stream, to which the timecode refers.

    Args:
        info: properties of the frames.
        beginning: start of the stream, in seconds on the same clock.
    """
    return info.start - beginning > TOLERANCE


def timecode_note(muxer: str, info: StreamInfo, *, later: bool) -> str | None:
    """Return a note if a timecode is not kept as a stream."""
    if later:
        return "is dropped: it refers to the beginning, which is cut off"
    if muxer in ("matroska", "webm"):
        return "becomes a tag"
    rate = info.rate is not None and round(info.rate) in RATES
    return (
        None if muxer in ("mp4", "mov") and rate else "is dropped: the format does not support it"
    )
