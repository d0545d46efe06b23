"""Convert AAC from broadcasts, where a header (ADTS) precedes each packet, for files.

PyAV offers FFmpeg's bitstream filter ``aac_adtstoasc`` for this, but it yields the configuration
with the first packet, which is too late for Matroska.
"""

from collections.abc import Iterator
from typing import Any

from av.packet import Packet
from av.stream import Stream

SHORT, LONG = 7, 9
"""Size of a header in bytes, without and with a checksum."""


def has_headers(stream: Stream) -> bool:
    """Return whether a stream's packets have ADTS headers."""
    context = stream.codec_context
    return bool(context) and context.name == "aac" and not context.extradata


def configuration(packets: "Iterator[Packet[Any]]") -> bytes | None:
    """Return the configuration that the headers repeat, as stored in files; None without headers.

    It is the AudioSpecificConfig of ISO/IEC 14496-3, 1.6.
    """
    header = next((bytes(packet)[:SHORT] for packet in packets if _begins(bytes(packet))), None)
    if header is None:
        return None
    kind, rate = (header[2] >> 6) + 1, header[2] >> 2 & 15
    channels = (header[2] & 1) << 2 | header[3] >> 6
    return (kind << 11 | rate << 7 | channels << 3).to_bytes(2, "big")


def without_header(packet: "Packet[Any]") -> "Packet[Any]":
    """Return a packet without its header, as stored in files."""
    data = bytes(packet)
    if not _begins(data):
        return packet
    bare: Packet[Any] = Packet(data[SHORT if data[1] & 1 else LONG :])
    bare.pts, bare.dts, bare.duration = packet.pts, packet.dts, packet.duration
    bare.time_base, bare.is_keyframe = packet.time_base, packet.is_keyframe
    return bare


def _begins(data: bytes) -> bool:
    return len(data) > LONG and data[0] == 0xFF and data[1] & 0xF6 == 0xF0
