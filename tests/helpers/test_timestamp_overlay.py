"""The time in the pixels is read back whatever was done to them."""

import cv2
import numpy as np
import pytest

from realtime_nst.frame import Image
from tests.helpers import timestamp_overlay


def stamped(moment: int, size: tuple[int, int] = (480, 640)) -> Image:
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    timestamp_overlay.draw(image, moment)
    return image


def painted(image: Image) -> Image:
    """Smeared, in other colours, with other contrast."""
    smeared = cv2.GaussianBlur(image, (9, 9), 0)
    mixed = smeared.astype(float) @ np.diag([0.3, 0.5, 0.2]) + 60
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


@pytest.mark.parametrize("moment", [0, 1, 12345, 65535])
def test_it_survives_jpeg_size_paint_and_inversion(moment: int) -> None:
    image = stamped(moment)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", image)[1], cv2.IMREAD_COLOR)
    assert jpeg is not None
    small = cv2.resize(image, (320, 240), interpolation=cv2.INTER_AREA)
    for changed in (image, jpeg, small, painted(image), 255 - image):
        assert timestamp_overlay.read(changed.astype(np.uint8)) == moment


def test_what_has_none_gives_none() -> None:
    assert timestamp_overlay.read(np.zeros((480, 640, 3), np.uint8)) is None


def test_an_age_goes_past_the_end_of_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamp_overlay, "now", lambda: 20)
    assert timestamp_overlay.age(65516) == pytest.approx(0.04)
