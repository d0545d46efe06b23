"""What a live stream is sent as, and the request to the process that sends it."""

import json
from dataclasses import asdict, dataclass
from fractions import Fraction

FORMATS = {
    "rtmp": "flv",
    "rtmps": "flv",
    "rtsp": "rtsp",
    "srt": "mpegts",
    "udp": "mpegts",
    "tcp": "mpegts",
}
"""FFmpeg's name of the muxer, by the scheme of the URL."""
TIME_BASE = Fraction(1, 90000)
"""Unit of timestamps in seconds."""
NO_PROTOCOL = "no such protocol"
"""Reason if FFmpeg lacks the protocol of the URL."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What to send where."""

    url: str
    width: int
    """Even."""
    height: int
    """Even."""
    rate: float
    """Frames per second."""
    preset: str
    """Preset of x264."""

    def line(self) -> bytes:
        """Return the request as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"
