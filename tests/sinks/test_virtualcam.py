"""Virtual camera, with a fake pyvirtualcam backend instead of a driver."""

import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from realtime_nst.errors import MissingExtraError, SinkError
from realtime_nst.extras import install_command
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sinks import open_sink


class Backend:
    """A fake backend of pyvirtualcam; keeps the frames it receives."""

    opened: dict[str, Any]
    shown: list[Image]
    closed: int
    broken = False

    def __init__(self, **options: Any) -> None:
        type(self).opened, type(self).shown, type(self).closed = options, [], 0

    def send(self, pixels: Image) -> None:
        if self.broken:
            raise RuntimeError("gone")
        self.shown.append(pixels.copy())

    def close(self) -> None:
        type(self).closed += 1

    def device(self) -> str:
        return "made up"

    def native_fourcc(self) -> None:
        return None


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Backend]]:
    pyvirtualcam = pytest.importorskip("pyvirtualcam")
    monkeypatch.setattr(pyvirtualcam.camera, "BACKENDS", {})
    pyvirtualcam.register_backend("made up", Backend)
    yield Backend
    Backend.broken = False


def frame(width: int, height: int) -> Frame:
    image = np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3)
    return Frame(image, 0, Fraction(0), 0.0)


@pytest.mark.parametrize("size", [(64, 48), (65, 49)])
def test_frames_are_shown_as_they_are(backend: type[Backend], size: tuple[int, int]) -> None:
    info = StreamInfo("x", *size, Fraction(30000, 1001), None)
    with open_sink("virtualcam:/dev/video10", info) as sink:
        sink.write(frame(*size))
        assert sink.notes == ("select the camera made up in your program",)
    shown = backend.shown[0].reshape(48, 64, 3)
    assert np.array_equal(shown, frame(*size).image[:48, :64])
    assert backend.opened["device"] == "/dev/video10"
    assert backend.opened["fps"] == pytest.approx(29.97, abs=0.001)
    with sink:  # closing twice is safe
        pass
    assert backend.closed == 1


def test_failing_virtual_camera_is_an_error_with_a_hint(backend: type[Backend]) -> None:
    backend.broken = True
    with (
        pytest.raises(SinkError, match="gone") as caught,
        open_sink("virtualcam", StreamInfo("x", 64, 48, None, None)) as sink,
    ):
        sink.write(frame(64, 48))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("system", "cure"), [("linux", "modprobe"), ("darwin", "OBS"), ("win32", "OBS")]
)
def test_without_a_driver_the_error_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, system: str, cure: str
) -> None:
    pytest.importorskip("pyvirtualcam")
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(SinkError, match="cannot open a virtual camera") as caught:
        open_sink("virtualcam:/dev/video99", StreamInfo("x", 64, 48, None, None))
    assert cure in caught.value.hint


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(MissingExtraError) as caught:
        open_sink("virtualcam", StreamInfo("x", 64, 48, None, None))
    assert caught.value.hint == install_command("virtualcam")
