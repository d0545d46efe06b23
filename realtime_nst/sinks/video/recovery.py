"""What an interrupted conversion has left: whole packets in a file that may end anywhere."""

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
"""Bytes in front of each unit of H.264 and HEVC, which say how long it is."""
START = b"\0\0\0\1"
"""What encoders put there instead; containers turn it into the length."""


def find(result: Path, journal: Journal) -> tuple[Path, ResumePoint] | None:
    """The file that goes furthest of those a conversion may have left, and how far; None: none.

    Raises:
        SinkError: it had other settings.
    """
    places = journal.read()
    found = []
    for path in (older_of(result), partial_of(result), result):
        whole = whole_packets(path) if path.exists() else 0
        found += [(path, place) for place in places if place.frames <= whole]
    return max(found, key=lambda one: one[1].frames, default=None)


def whole_packets(path: Path) -> int:
    """How many packets of pictures can be read from the file's beginning."""
    try:
        return sum(1 for _ in _packets(path))
    except av.FFmpegError:
        return 0


def packets(path: Path, count: int) -> Iterator["Packet[VideoStream]"]:
    """The first packets of pictures, as their encoder gave them."""
    yield from islice(_packets(path), count)


def _packets(path: Path) -> Iterator["Packet[VideoStream]"]:
    with open_input(file_url(path)) as file:
        stream = file.streams.video[0]
        measured, timed = _is_measured(stream), "matroska" not in file.format.name
        whole = _whole(file.demux(stream))
        for packet in whole if timed else _with_decoding(whole, stream):
            if file.format.name == "avi":  # in which the order of decoding is that of showing
                packet.pts = packet.dts
            yield _with_start_codes(packet) if measured else packet


def _whole(read: Iterator["Packet[VideoStream]"]) -> Iterator["Packet[VideoStream]"]:
    try:
        for packet in read:
            if packet.is_corrupt:
                return
            if packet.size:  # AVI fills gaps with empty ones, and the last one is a mark
                yield packet
    except av.FFmpegError:
        return  # behind here nothing can be read


def _with_decoding(
    packets: Iterator["Packet[VideoStream]"], stream: VideoStream
) -> Iterator["Packet[VideoStream]"]:
    """With moments of decoding, which Matroska does not keep, as encoders give them.

    They are the moments of showing in their order, each so many packets late as pictures wait to be
    put in that order.
    """
    waiting: list[int] = []
    late = stream.codec_context.reorder_depth
    for number, packet in enumerate(packets):
        heappush(waiting, packet.pts or 0)
        early = number < late
        packet.dts = waiting[0] - late + number if early else heappop(waiting)
        yield packet


def _is_measured(stream: VideoStream) -> bool:
    """Whether units begin with their length: the configuration then begins with its version, 1."""
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
