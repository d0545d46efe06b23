"""A still image on the web, such as the snapshot of a camera."""

from collections.abc import Iterator
from fractions import Fraction
from http.client import HTTPResponse
from time import perf_counter

import cv2
import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.network.request import errors_of, request
from realtime_nst.urls import redact

MAX_BYTES = 1 << 28
"""Bytes of an image file from which it is refused."""


class WebImageSource(Closing):
    """One frame: an image that is read from the web.

    Args:
        url: URL of the image.
        response: answer of the server, if it is already there.

    Raises:
        SourceError: it cannot be read, or is no image.
    """

    live = False

    def __init__(self, url: str, response: HTTPResponse | None = None) -> None:
        self._name = redact(url)
        with errors_of(url), response or request(url) as body:
            coded = np.frombuffer(body.read(MAX_BYTES), np.uint8)
        image = cv2.imdecode(coded, cv2.IMREAD_COLOR) if coded.size else None
        if image is None:
            hint = "give a URL that a browser shows as an image"
            raise SourceError(f"cannot read {self._name}: not a supported image", hint)
        self._image = np.ascontiguousarray(image, np.uint8)
        height, width = self._image.shape[:2]
        self.info = StreamInfo(self._name, width, height, None, 1)

    def __iter__(self) -> Iterator[Frame]:
        yield Frame(self._image, 0, Fraction(0), perf_counter())
