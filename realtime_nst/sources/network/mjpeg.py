"""MJPEG over HTTP, of which only the newest image is decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from http.client import HTTPResponse
from itertools import islice
from time import perf_counter

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sources.network.jpeg import JpegDecoder
from realtime_nst.sources.network.multipart import parts
from realtime_nst.sources.network.request import TIMEOUT, disconnect, errors_of
from realtime_nst.stages import LIVE, StagePipeline
from realtime_nst.urls import redact

TRIES = 30
"""Parts that may come before the first image that can be decoded."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A JPEG as received."""

    index: int
    coded: bytes
    received: float
    """``time.perf_counter()`` when its last byte had arrived."""


class MjpegSource(Closing):
    """Live frames of a camera that sends MJPEG over HTTP.

    A thread of its own empties the socket at all times, since images that wait in there grow old
    unseen. Damaged images are left out.

    Args:
        url: URL of the stream, for messages.
        response: the answer of the camera, of type ``multipart/x-mixed-replace``.

    Raises:
        SourceError: the stream contains no image.
    """

    live = True

    def __init__(self, url: str, response: HTTPResponse) -> None:
        self._name, self._url, self._response = redact(url), url, response
        self._decode = JpegDecoder()
        self._parts = self._received()
        try:
            self._first = self._find_first()
        except BaseException:
            response.close()
            raise
        height, width = self._first[1].shape[:2]
        self.info = StreamInfo(self._name, width, height, None, None)
        self._pipeline = StagePipeline(LIVE)

    def _find_first(self) -> tuple[_Part, Image]:
        """Return the first part that can be decoded, and its image."""
        for part in islice(self._parts, TRIES):
            image = self._decode(part.coded)
            if image is not None:
                return part, image
        hint = "check that the address opens in a browser"
        raise SourceError(f"cannot read {self._name}: it sends no JPEG images", hint)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they arrive; the index counts those that were not decoded, too.

        Raises:
            SourceError: the stream stopped.
        """
        part, image = self._first
        first = part
        yield Frame(image, 0, Fraction(0), part.received)
        for part in self._pipeline.add_stage(self._parts, "network", patience=TIMEOUT + 1):
            decoded = self._decode(part.coded)
            if decoded is not None:
                pts = Fraction(part.received - first.received)
                yield Frame(decoded, part.index - first.index, pts, part.received)
        raise SourceError(f"{self._name} stopped", "check that the camera is on")

    def _received(self) -> Iterator[_Part]:
        """Yield parts as they arrive."""
        boundary = self._response.headers.get_boundary("")
        with errors_of(self._url):
            for index, coded in enumerate(parts(self._response, boundary)):
                yield _Part(index, coded, perf_counter())

    def close(self) -> None:
        """Close the connection, and wait for the thread that reads from it."""
        disconnect(self._response)
        self._pipeline.__exit__(None, None, None)
        self._response.close()
