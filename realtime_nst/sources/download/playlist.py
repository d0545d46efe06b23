"""Download the stream of a playlist (HLS, DASH) with FFmpeg, without re-encoding it."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Stream

from realtime_nst.errors import SourceError
from realtime_nst.pyav import file_url, open_input
from realtime_nst.sources.video.opening import choose_stream
from realtime_nst.urls import redact

PROTOCOLS = "http,https,tcp,tls,crypto,data,httpproxy"
"""Protocols that a playlist may refer to; not files of this machine."""
TIMEOUT = 30
"""Seconds without any data after which a server is given up."""
LONGEST_GAP = 1.0
"""Seconds without audio, or without frames, that mean a missing part: FFmpeg skips what it cannot
load."""
SUFFIX = ".mp4"
"""Extension of the format that holds what playlists usually contain."""


def save_playlist(
    url: str, folder: Path, name: str, on_bytes: Callable[[int, int | None], object]
) -> Path:
    """Write the best video of a playlist, and its audio, to a file.

    Args:
        url: the playlist.
        folder: an existing folder.
        name: name of the playlist.
        on_bytes: called with the number of bytes so far, and None.

    Raises:
        SourceError: the stream cannot be loaded completely, or never ends.
    """
    path = folder / Path(name).with_suffix(SUFFIX).name
    try:
        with open_input(
            url, options={"protocol_whitelist": PROTOCOLS}, timeout=(TIMEOUT, TIMEOUT)
        ) as stream:
            _refuse_live(url, stream)
            _copy(url, stream, path, on_bytes)
    except SourceError:
        path.unlink(missing_ok=True)
        raise
    except av.FFmpegError as error:
        path.unlink(missing_ok=True)
        message = f"cannot download {redact(url)}: {error.strerror}"
        raise SourceError(message, "check the URL, or try again") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _refuse_live(url: str, stream: InputContainer) -> None:
    if not stream.duration:
        message = f"cannot download {redact(url)}: it is a live stream without an end"
        raise SourceError(message, "realtime-nst webcam --source URL --sink OUT.mp4")


def _copy(
    url: str, source: InputContainer, path: Path, on_bytes: Callable[[int, int | None], object]
) -> None:
    video = choose_stream(Path(redact(url)), source)
    audio = source.streams.best("audio", related=video)
    chosen = [video, *([audio] if audio else [])]
    for stream in source.streams:
        if stream not in chosen:  # other qualities would be loaded, too
            stream.discard = Discard.all
    gaps, done = _GapCheck(url, source), 0
    with av.open(file_url(path), "w") as result:
        copies: dict[int, Stream] = {
            stream.index: result.add_stream_from_template(stream) for stream in chosen
        }
        for packet in source.demux(*chosen):
            if packet.dts is None:
                continue
            if packet.stream is chosen[-1]:  # audio has fewer pauses of its own
                gaps.saw(packet)
            done += packet.size
            packet.stream = copies[packet.stream.index]
            result.mux(packet)
            on_bytes(done, None)
    gaps.finish()


class _GapCheck:
    """Raises an error where a part of the stream is missing.

    Args:
        url: the playlist.
        source: the opened playlist.
    """

    def __init__(self, url: str, source: InputContainer) -> None:
        self._url, self._duration = url, (source.duration or 0) / av.time_base
        self._first: float | None = None
        self._end = 0.0

    def saw(self, packet: "Packet[Any]") -> None:
        """Check the next packet of a stream."""
        base = packet.time_base
        tick = Fraction(base.numerator, base.denominator)
        time = float((packet.dts or 0) * tick)
        self._first = time if self._first is None else self._first
        if self._end and time - self._end > LONGEST_GAP:
            self._raise()
        self._end = time + float((packet.duration or 0) * tick)

    def finish(self) -> None:
        """Check the end of the stream."""
        if self._first is None or self._end - self._first < self._duration - LONGEST_GAP:
            self._raise()

    def _raise(self) -> None:
        after = self._end - (self._first or 0.0)
        message = f"cannot download {redact(self._url)}: a part is missing after {after:.1f} s"
        raise SourceError(message, "try again, or another URL")
