"""Read the complete packets of a file that an interrupted conversion has left.

H.264 and HEVC packets get their start codes here. FFmpeg's bitstream filters ``h264_mp4toannexb``
and ``hevc_mp4toannexb``, which PyAV offers, would also insert parameter sets before key frames, and
a resumed file would no longer be bit-exact.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import islice
from pathlib import Path
from typing import cast

import av
from av.packet import Packet
from av.video.stream import VideoStream

from realtime_nst.pyav import file_url, open_input
from realtime_nst.sinks.journal import Journal, ResumePoint
from realtime_nst.sinks.partial_files import older_of, partial_of

LENGTH = 4
"""Size in bytes of the length field before each NAL unit of H.264 and HEVC in containers."""
START = b"\0\0\0\1"
"""Start code that encoders write instead, and that muxers replace by the length."""


def find(result: Path, journal: Journal) -> tuple[Path, ResumePoint] | None:
    """Return the file with the latest resume point that a conversion has left, or None.

    Args:
        result: path of the result.
        journal: the journal of the conversion.

    Raises:
        SinkError: the conversion had other settings.
    """
    points = journal.read()
    found = []
    for path in (older_of(result), partial_of(result), result):
        count = whole_packets(path) if path.exists() else 0
        found += [(path, point) for point in points if point.frames <= count]
    return max(found, key=lambda one: one[1].frames, default=None)


def whole_packets(path: Path) -> int:
    """Return how many video packets can be read from the beginning of a file."""
    try:
        return sum(1 for _ in _packets(path))
    except av.FFmpegError:
        return 0


def packets(path: Path, count: int) -> Iterator["Packet[VideoStream]"]:
    """Yield the first video packets of a file, as their encoder returned them."""
    yield from islice(_packets(path), count)


def _packets(path: Path) -> Iterator["Packet[VideoStream]"]:
    with open_input(file_url(path)) as file:
        stream = file.streams.video[0]
        has_lengths, has_dts = _has_lengths(stream), "matroska" not in file.format.name
        complete = _complete(file.demux(stream))
        for packet in complete if has_dts else _with_dts(complete, stream):
            if file.format.name == "avi":  # frames are not reordered there
                packet.pts = packet.dts
            yield _with_start_codes(packet) if has_lengths else packet


def _complete(read: Iterator["Packet[VideoStream]"]) -> Iterator["Packet[VideoStream]"]:
    try:
        for packet in read:
            if packet.is_corrupt:
                return
            if packet.size:  # AVI fills gaps with empty packets, and the last one marks the end
                yield packet
    except av.FFmpegError:
        return  # nothing after this can be read


def _with_dts(
    packets: Iterator["Packet[VideoStream]"], stream: VideoStream
) -> Iterator["Packet[VideoStream]"]:
    """Set decoding times, which Matroska does not store, as encoders set them.

    They are the sorted presentation times, delayed by as many packets as frames are reordered.
    """
    times: list[int] = []
    delay = stream.codec_context.reorder_depth
    for number, packet in enumerate(packets):
        heappush(times, packet.pts or 0)
        early = number < delay
        packet.dts = times[0] - delay + number if early else heappop(times)
        yield packet


def _has_lengths(stream: VideoStream) -> bool:
    """Return whether NAL units begin with their length; the extradata then begin with 1."""
    header = stream.codec_context.extradata or b""
    kind = stream.codec_context.codec.canonical_name
    return kind in ("h264", "hevc") and header[:1] == b"\1"


def _with_start_codes(packet: "Packet[VideoStream]") -> "Packet[VideoStream]":
    data, place, units = bytes(packet), 0, bytearray()
    while place < len(data):
        end = place + LENGTH + int.from_bytes(data[place : place + LENGTH], "big")
        units += START + data[place + LENGTH : end]
        place = end
    changed = cast("Packet[VideoStream]", Packet(bytes(units)))
    changed.pts, changed.dts = packet.pts, packet.dts
    changed.time_base, changed.duration = packet.time_base, packet.duration
    changed.is_keyframe = packet.is_keyframe
    return changed
