"""JPEGs are decoded unless they are damaged."""

import cv2
import numpy as np
import pytest

from realtime_nst.frame import Image
from realtime_nst.sources.network.jpeg import MAX_DAMAGED, JpegDecoder


def image() -> Image:
    """Return a smooth image with some detail."""
    ramp = np.linspace(0, 255, 320)[None, :, None] * np.ones((240, 1, 3))
    noise = np.random.default_rng(0).normal(0, 6, (240, 320, 1))
    return np.clip(ramp + noise, 0, 255).astype(np.uint8)


def jpeg() -> bytes:
    return cv2.imencode(".jpg", image(), [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def damaged(kind: str) -> bytes:
    whole = jpeg()
    middle = len(whole) // 2
    return {
        "cut off": whole[:middle],
        "a hole": whole[:middle] + whole[middle + 700 :],
        "zeros": whole[:middle] + bytes(500) + whole[middle + 500 :],
        "no JPEG": b"not a picture" * 50,
    }[kind]


def test_an_image_is_decoded_as_opencv_does() -> None:
    decoded = JpegDecoder()(jpeg())
    expected = cv2.imdecode(np.frombuffer(jpeg(), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert expected is not None
    assert decoded.shape == (240, 320, 3)
    assert np.abs(decoded.astype(int) - expected.astype(int)).mean() < 2


@pytest.mark.parametrize("kind", ["cut off", "a hole", "zeros", "no JPEG"])
def test_a_damaged_image_is_left_out(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    decode = JpegDecoder()
    assert decode(jpeg()) is not None
    assert decode(damaged(kind)) is None
    assert decode(jpeg()) is not None
    assert capfd.readouterr().err == ""


def test_a_camera_that_sends_only_damaged_images_is_shown() -> None:
    decode = JpegDecoder()
    seen = [decode(damaged("a hole")) is not None for _ in range(MAX_DAMAGED + 2)]
    assert seen == [False] * MAX_DAMAGED + [True] * 2
