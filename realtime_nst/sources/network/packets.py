"""Receive the packets of a stream on a thread of its own, with the time of their arrival."""

from collections import deque
from collections.abc import Iterator
from time import perf_counter

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.stages import QueuePolicy, StagePipeline

Received = tuple["Packet[VideoStream]", float]
"""A packet, and ``time.perf_counter()`` at its arrival."""
READ_TIMEOUT = 5.0
"""Seconds without a packet after which a stream has stopped."""
BUFFER = QueuePolicy(depth=256, drop_oldest=False)
"""Packets that may wait to be decoded, about eight seconds: HLS arrives in segments."""
MAX_LAG = 0.5
"""Seconds by which decoding may be late before packets are skipped."""


class PacketReader(Closing):
    """Reads the packets of one stream; iterated once, and closed at the end.

    Args:
        container: the open container, whose read timeout ends a hanging read.
        stream: the stream of it to read.
        name: name of the source, for errors.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, name: str) -> None:
        self._container, self._stream, self._name = container, stream, name
        self.skipped = 0
        """Number of packets that ``newest`` left out."""
        self._pipeline = StagePipeline(BUFFER)
        self._queue = self._pipeline.add_stage(
            self._received(), "network", patience=READ_TIMEOUT + 1
        )

    def _received(self) -> Iterator[Received]:
        try:
            for packet in self._container.demux(self._stream):
                yield packet, perf_counter()
        except (av.FFmpegError, OSError) as error:
            hint = "check the network, and that the other side is still sending"
            reason = error.strerror or "no data"
            raise SourceError(f"{self._name} stopped: {reason}", hint) from None

    def __iter__(self) -> Iterator[Received]:
        """Yield every packet, in order.

        Raises:
            SourceError: the stream broke.
        """
        return iter(self._queue)

    def newest(self) -> Iterator[list[Received]]:
        """Yield the packets that have arrived since the last call, at least one.

        If decoding lags behind, those before the newest key frame are left out.

        Raises:
            SourceError: the stream broke.
        """
        for first in self._queue:
            waiting = [first]
            for packet in self._queue.iter_with_timeout(0):
                if packet is None:
                    break
                waiting.append(packet)
            newest = _without_lag(waiting)
            self.skipped += len(waiting) - len(newest)
            yield newest

    def close(self) -> None:
        """Stop reading, then close the container."""
        self._pipeline.__exit__(None, None, None)
        self._container.close()


def _without_lag(packets: list[Received]) -> list[Received]:
    """Return the packets from the newest key frame on, if the first one has waited too long."""
    if perf_counter() - packets[0][1] < MAX_LAG:
        return packets
    rest: deque[Received] = deque()
    for packet in reversed(packets):
        rest.appendleft(packet)
        if packet[0].is_keyframe:
            break
    return list(rest)
