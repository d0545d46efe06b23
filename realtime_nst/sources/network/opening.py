"""Open a network stream through FFmpeg, with options that suit each protocol."""

from dataclasses import dataclass
from http.client import HTTPResponse

import av
from av.container import InputContainer

from realtime_nst.errors import SourceError
from realtime_nst.pyav import open_input
from realtime_nst.sources.network.packets import READ_TIMEOUT
from realtime_nst.urls import redact

OPEN_TIMEOUT = 15.0
"""Seconds a stream may take to open: those of far away servers take several."""
ANALYSIS = {"analyzeduration": "1000000"}
"""FFmpeg waits five seconds for the audio that RTMP announces even if none is sent."""
OPTIONS = {
    "rtsp": {"rtsp_flags": "prefer_tcp"},  # UDP loses packets in most networks with Wi-Fi
    "udp": {"overrun_nonfatal": "1", "fifo_size": "50000"},
    "sdp": {"protocol_whitelist": "file,crypto,data,rtp,udp,tcp"},
}
"""FFmpeg's options by protocol."""
SRT = (
    "PyAV's wheel is built without SRT: receive it with `ffmpeg -i URL -c copy -f mpegts "
    "udp://127.0.0.1:5000`, and give --source udp://127.0.0.1:5000"
)
MISSING = {"srt": SRT, "rist": SRT.replace("SRT", "RIST")}
"""Hints by protocol that PyAV's wheel lacks; a PyAV that was built with it opens it."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an HTTP answer as a file for FFmpeg, which gets bytes as soon as they come."""

    response: HTTPResponse

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes."""
        return self.response.read1(size)


def open_stream(url: str, response: HTTPResponse | None = None) -> InputContainer:
    """Open a stream, or a file on the web.

    Args:
        url: a URL, or the path of an ``.sdp`` file.
        response: answer of an HTTP server to read instead: some servers accept one client only.

    Raises:
        SourceError: it cannot be opened.
    """
    scheme = "sdp" if is_sdp(url) else url.partition("://")[0].lower()
    options = ANALYSIS | OPTIONS.get(scheme, {})
    try:
        if response:
            return open_input(Body(response), options=options)
        return open_input(url, options=options, timeout=(OPEN_TIMEOUT, READ_TIMEOUT))
    except av.ProtocolNotFoundError:
        raise _refusal(url, f"{scheme} is not supported", MISSING.get(scheme)) from None
    except (av.ExitError, TimeoutError):
        raise _refusal(url, "no answer") from None
    except av.FFmpegError as error:
        raise _refusal(url, error.strerror) from None


def _refusal(url: str, reason: str | None, hint: str | None = None) -> SourceError:
    usual = "check that the address opens in a player such as ffplay or VLC"
    return SourceError(f"cannot read {redact(url)}: {reason or 'unknown error'}", hint or usual)


def is_sdp(address: str) -> bool:
    """Return whether an address is a session description (SDP) of RTP streams."""
    return address.lower().endswith(".sdp")
