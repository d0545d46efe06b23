"""The fastest of those that paint the right picture is taken, and remembered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.cache_folder import cache_folder
from realtime_nst.errors import DeviceError, NstError
from realtime_nst.frame import Image
from realtime_nst.inference.autotune import (
    AutotuneResult,
    Candidate,
    Measurement,
    autotune,
    compare,
    described,
    sample_image,
)
from realtime_nst.inference.engines import Size

ORT, ORT8, VINO = Candidate("cpu", "fp32"), Candidate("cpu", "int8"), Candidate("openvino", "bf16")
SIZE = (480, 640)
KEY = {"processor": "one"}


@dataclass
class Machine:
    """Candidates that take so many seconds for a frame of ``SIZE``, by a clock of their own."""

    seconds: dict[Candidate, float]
    now: float = 0.0
    opened: list[tuple[Candidate, Size]] = field(default_factory=list)
    wrong: tuple[Candidate, ...] = ()
    broken: tuple[Candidate, ...] = ()

    def clock(self) -> float:
        return self.now

    def open_at(self, candidate: Candidate, size: Size) -> Callable[[Image], Image]:
        self.opened.append((candidate, size))
        if candidate in self.broken:
            raise DeviceError(f"{candidate.device} does not run", "buy one")

        def paint(image: Image) -> Image:
            share = image.shape[0] * image.shape[1] / (SIZE[0] * SIZE[1])
            self.now += self.seconds[candidate] * share
            assert image.shape == (*size, 3)
            return 255 - image if candidate in self.wrong else image

        return paint

    def chosen(self) -> list[Candidate]:
        return self.verdict().ranking

    def verdict(self) -> AutotuneResult:
        return autotune(list(self.seconds), self.open_at, SIZE, KEY, self.clock)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REALTIME_NST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_fastest_is_first() -> None:
    machine = Machine({ORT: 0.018, ORT8: 0.006, VINO: 0.009})
    verdict = machine.verdict()
    assert verdict.ranking == [ORT8, VINO, ORT]
    assert [round(trial.seconds, 4) for trial in verdict.trials] == [0.006, 0.009, 0.018]
    assert verdict.size == SIZE


def test_it_is_remembered() -> None:
    first, later = (Machine({ORT: 0.018, VINO: 0.009}) for _ in range(2))
    assert first.verdict() == later.verdict()
    assert first.opened
    assert not later.opened


@pytest.mark.parametrize("spoil", ["{", "[]", '{"key": {}, "value": {}}', "", "\x00"])
def test_what_cannot_be_read_is_found_out_again(cache: Path, spoil: str) -> None:
    Machine({ORT: 0.018, VINO: 0.009}).chosen()
    (file,) = cache.glob("choices/*.json")
    file.write_text(spoil)
    again = Machine({ORT: 0.018, VINO: 0.009})
    assert again.chosen() == [VINO, ORT]
    assert again.opened
    assert len(file.read_text()) > 100


def test_what_was_chosen_among_others_does_not_count() -> None:
    Machine({ORT: 0.018, VINO: 0.009}).chosen()
    more = Machine({ORT: 0.018, VINO: 0.009, ORT8: 0.006})
    assert more.chosen() == [ORT8, VINO, ORT]


def test_a_folder_that_cannot_be_written(cache: Path) -> None:
    cache.write_text("in the way")
    for _ in range(2):
        machine = Machine({ORT: 0.018, VINO: 0.009})
        assert machine.chosen() == [VINO, ORT]
        assert machine.opened


def test_another_picture_does_not_win() -> None:
    machine = Machine({ORT: 0.018, VINO: 0.001, ORT8: 0.006}, wrong=(VINO,))
    verdict = machine.verdict()
    assert verdict.ranking == [ORT8, ORT]
    assert verdict.failures == ("OpenVINO bf16 paints another picture",)


def test_one_that_does_not_open_is_told() -> None:
    machine = Machine({ORT: 0.018, VINO: 0.001}, broken=(VINO,))
    verdict = machine.verdict()
    assert verdict.ranking == [ORT]
    assert verdict.failures == ("openvino does not run",)


def test_none_opens() -> None:
    machine = Machine({ORT: 0.018, VINO: 0.001}, broken=(VINO, ORT))
    with pytest.raises(NstError, match="openvino does not run"):
        machine.verdict()


def test_a_slow_model_is_tried_on_smaller_frames() -> None:
    machine = Machine({ORT: 0.36, VINO: 0.15})
    verdict = machine.verdict()
    assert verdict.ranking == [VINO, ORT]
    assert verdict.size == (240, 320)
    assert machine.now < 1


def test_when_the_time_is_over_the_rest_is_not_tried() -> None:
    machine = Machine({ORT: 9.0, VINO: 1.0, ORT8: 0.1})
    verdict = compare(list(machine.seconds), machine.open_at, SIZE, machine.clock, budget=1.0)
    assert verdict.ranking == [ORT]
    assert not verdict.complete
    assert machine.now < 3


def test_what_was_cut_short_is_done_again_when_there_is_time() -> None:
    assert Machine({ORT: 9.0, VINO: 8.0}).chosen() == [ORT]
    assert Machine({ORT: 0.018, VINO: 0.009}).chosen() == [VINO, ORT]


@pytest.mark.parametrize("size", [(16, 16), (70, 2000), (480, 640), (1080, 1920)])
def test_the_picture_to_paint(size: Size) -> None:
    image = sample_image(size)
    assert image.shape == (*size, 3)
    assert image.dtype == np.uint8
    assert image.std() > 40


def test_the_figures_in_words() -> None:
    trials = (
        Measurement("openvino", "int8", 0.0049),
        Measurement("cpu", "int8", 0.0061),
        Measurement("openvino", "bf16", 0.0085),
        Measurement("cpu", "fp32", 0.0179),
    )
    words = "4.9 ms; ONNX Runtime int8 6.1, fp32 17.9 ms; OpenVINO bf16 8.5 ms"
    assert described(trials, SIZE, SIZE) == words
    assert described(trials[:1], (240, 320), SIZE) == "4.9 ms at 320x240"


def test_every_system_has_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REALTIME_NST_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    ends = {}
    for platform in ("linux", "win32", "darwin"):
        monkeypatch.setattr("realtime_nst.cache_folder.sys.platform", platform)
        ends[platform] = cache_folder()
    assert ends["linux"] == Path("/somewhere/realtime-nst")
    assert ends["win32"] == Path("/local/realtime-nst/Cache")
    assert ends["darwin"] == Path.home() / "Library" / "Caches" / "realtime-nst"
