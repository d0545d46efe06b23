"""Copy streams packet by packet, and check that a container accepts them."""

from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from realtime_nst.errors import SourceError
from realtime_nst.pyav import file_url, open_input
from realtime_nst.sinks.video.adts import configuration, has_headers, without_header
from realtime_nst.sinks.video.last_packet import Tail

TRIED_PACKETS = 16
"""Number of packets muxed on trial. Some muxers reject a stream with the first packet, AVI rejects
blocks that share a timestamp with the second."""


def open_again(path: Path) -> InputContainer:
    """Open the input once more to read its other streams.

    Raises:
        SourceError: the file cannot be read any more.
    """
    try:
        return open_input(file_url(path))
    except av.FFmpegError as error:
        message = f"cannot read {path} again: {error.strerror}"
        raise SourceError(message, "keep the input in place until the end") from error


class Copy:
    """Copies a stream into another file, bit by bit.

    Args:
        path: the file that contains the stream.
        stream: the stream to copy.
        output: the file to write to; its header is not written yet.
    """

    def __init__(self, path: Path, stream: Stream, output: OutputContainer) -> None:
        self._output = output
        self.result = output.add_stream_from_template(stream, opaque=True)
        self._headed = has_headers(stream)
        # Matroska stores no dts, and FFmpeg cannot guess those of the first packets.
        self._early: list[Packet[Any]] = []
        self._tail = Tail(output) if stream.type == "video" else None
        if self._headed:
            with open_again(path) as file:
                packets = file.demux(file.streams[stream.index])
                self.result.codec_context.extradata = configuration(packets)

    def mux(self, packet: "Packet[Any]") -> None:
        """Write a packet."""
        if packet.dts is None:
            if packet.pts is not None:  # otherwise it marks the end of the stream
                self._early.append(packet)
            return
        step = packet.duration or 1
        for number, early in enumerate(reversed(self._early), 1):
            early.dts = packet.dts - number * step
        self._mux_all([*self._early, packet])
        self._early = []

    def _mux_all(self, packets: "list[Packet[Any]]") -> None:
        for packet in packets:
            bare = without_header(packet) if self._headed else packet
            bare.stream = self.result
            if self._tail:
                self._tail.mux([bare])
            else:
                self._output.mux(bare)

    def finish(self) -> None:
        """Write the packets that were held back."""
        for early in self._early:
            early.dts = early.pts
        self._mux_all(self._early)
        if self._tail:
            self._tail.finish()


def is_accepted(path: Path, stream: Stream, output: OutputContainer) -> bool:
    """Return whether a muxer accepts the first packets of a stream, tried in memory.

    FFmpeg's lists of codecs are incomplete: MP4, for one, rejects MP3 at 8 kHz.
    """
    try:
        with (
            open_again(path) as file,
            av.open(BytesIO(), "w", format=output.format.name) as trial,
        ):
            source = file.streams[stream.index]
            copy = Copy(path, source, trial)
            for packet in islice(file.demux(source), TRIED_PACKETS):
                copy.mux(packet)
    except av.FFmpegError:
        return False
    return True
