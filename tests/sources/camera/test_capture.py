"""Cameras that are not there, and why, and a stand-in for one that is."""

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.frame import Image
from realtime_nst.sources.camera.capture import CameraRequest, CameraSource


@pytest.mark.parametrize("address", ["99", "/dev/video99", "No Such Cam"])
def test_missing_camera_is_an_error_with_a_hint(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        CameraSource(address)
    assert caught.value.hint


def test_nothing_is_printed_about_a_camera_that_is_not_there(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SourceError):
        CameraSource("99")
    assert capfd.readouterr().err == ""


class Flaky:
    """A device whose reads fail as listed; ``True`` is a frame."""

    def __init__(self, *reads: bool) -> None:
        self._reads = list(reads)

    def read(self) -> tuple[bool, Image | None]:
        there = self._reads.pop(0) if self._reads else False
        return there, np.zeros((24, 32, 3), np.uint8) if there else None

    def get(self, name: int) -> float:
        return 0.0

    def isOpened(self) -> bool:  # noqa: N802  (as in OpenCV)
        return True

    def release(self) -> None:
        """Nothing to let go."""


def test_occasional_broken_frames_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Flaky(False, True, False, False, True, True)
    monkeypatch.setattr("realtime_nst.sources.camera.capture._open", lambda *_: reads)
    with CameraSource("0") as source:
        coming = iter(source)
        assert [frame.index for frame in islice(coming, 3)] == [0, 1, 2]
        with pytest.raises(SourceError, match="stopped"):
            next(coming)


def test_what_a_camera_gives_stands_beside_what_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("realtime_nst.sources.camera.capture._open", lambda *_: Flaky(True))
    with CameraSource("0", CameraRequest((1280, 720), Fraction(60))) as source:
        assert source.info.notes == ("the camera delivers 32x24; requested: 1280x720 at 60 fps",)
    monkeypatch.setattr("realtime_nst.sources.camera.capture._open", lambda *_: Flaky(True))
    with CameraSource("0") as source:
        assert source.info.notes == ("the camera delivers 32x24",)
