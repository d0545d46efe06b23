"""MJPEG over HTTP: every image that arrived late is skipped, and damaged ones are left out."""

from collections.abc import Iterator
from email.message import Message
from http.client import HTTPResponse
from io import BytesIO
from itertools import islice
from typing import cast

import pytest

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame
from realtime_nst.sources.network.mjpeg import MjpegSource
from realtime_nst.sources.network.request import request
from tests.helpers.http_camera import running
from tests.sources.network.test_jpeg import damaged, jpeg
from tests.sources.network.test_multipart import sent


class Answer(BytesIO):
    """An HTTP answer whose body is known."""

    def __init__(self, *bodies: bytes) -> None:
        super().__init__(sent(*bodies).getvalue())
        self.headers = Message()
        self.headers["Content-Type"] = "multipart/x-mixed-replace; boundary=frame"


def source(*bodies: bytes) -> MjpegSource:
    return MjpegSource("http://a:hunter2@camera/video", cast(HTTPResponse, Answer(*bodies)))


@pytest.fixture
def camera() -> Iterator[str]:
    """Return the URL of a camera that serves 40 frames to each client."""
    with running("--frames", 40, "--rate", 200) as (url, _):
        yield url


def test_a_camera_gives_its_frames_with_rising_times(camera: str) -> None:
    with MjpegSource(camera, request(camera)) as opened:
        assert (opened.info.width, opened.info.height, opened.live) == (320, 240, True)
        frames: list[Frame] = []
        with pytest.raises(SourceError, match="stopped"):
            frames.extend(opened)
    for values in zip(*((f.index, f.pts, f.captured_at) for f in frames), strict=True):
        assert list(values) == sorted(set(values))


def test_a_camera_is_opened_and_closed_many_times(camera: str) -> None:
    for _ in range(10):
        with MjpegSource(camera, request(camera)) as opened:
            frames = list(islice(opened, 2))
        assert frames[0].index == 0
        assert frames[0].pts == 0


def test_a_damaged_first_image_is_passed_over() -> None:
    with source(damaged("cut off"), damaged("zeros"), jpeg()) as opened:
        assert next(iter(opened)).image.shape == (240, 320, 3)


def test_a_stream_without_an_image_is_refused_without_its_password() -> None:
    with pytest.raises(SourceError, match="sends no JPEG images") as caught:
        source(b"nothing", b"to see")
    assert "hunter2" not in str(caught.value)
