"""Duration of the last packet of a video stream."""

from fractions import Fraction

from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream


class Tail:
    """Muxes the packets of a video stream, holding back the latest: it may turn out to be the last.

    FFmpeg's muxer for fragmented MP4 computes the end of the stream from the packets since the
    beginning of the last fragment. Encoders may store the last frame before that and a few that are
    shown earlier after it; players would then drop the last frame. So the last packet gets a
    duration up to the end of the last frame.
    """

    def __init__(self, output: OutputContainer) -> None:
        self._output = output
        self._reordered = output.format.name in ("mp4", "mov")
        self._held: Packet[VideoStream] | None = None
        self._end = Fraction(0)

    def mux(self, packets: "list[Packet[VideoStream]]") -> None:
        """Mux all packets but the latest."""
        for packet in packets:
            self._pass_on()
            self._held = packet

    def release(self) -> "list[Packet[VideoStream]]":
        """Return the latest packet, if there is one, without muxing it."""
        held, self._held = self._held, None
        return [held] if held else []

    def finish(self) -> None:
        """Mux the latest packet as the last one."""
        if self._held and self._reordered:
            tick = Fraction(self._held.time_base)
            rest = round(self._end / tick) - (self._held.pts or 0)
            self._held.duration = max(self._held.duration or 0, rest)
        self._pass_on()
        self._held = None

    def _pass_on(self) -> None:
        if packet := self._held:
            end = (packet.pts or 0) + (packet.duration or 0)
            self._end = max(self._end, end * Fraction(packet.time_base))
            self._output.mux(packet)
