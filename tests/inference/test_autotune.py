"""Autotuning takes the fastest candidate with correct output, and caches the result."""

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
    format_trials,
    sample_image,
)
from realtime_nst.inference.engines import Size

ORT, ORT8, VINO = Candidate("cpu", "fp32"), Candidate("cpu", "int8"), Candidate("openvino", "bf16")
SIZE = (480, 640)
KEY = {"processor": "one"}


@dataclass
class Machine:
    """Candidates with given seconds per frame of ``SIZE``, on a simulated clock."""

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
        return self.result().ranking

    def result(self) -> AutotuneResult:
        return autotune(list(self.seconds), self.open_at, SIZE, KEY, self.clock)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REALTIME_NST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_autotune_ranks_by_speed() -> None:
    machine = Machine({ORT: 0.018, ORT8: 0.006, VINO: 0.009})
    result = machine.result()
    assert result.ranking == [ORT8, VINO, ORT]
    assert [round(trial.seconds, 4) for trial in result.trials] == [0.006, 0.009, 0.018]
    assert result.size == SIZE


def test_autotune_caches_result() -> None:
    first, later = (Machine({ORT: 0.018, VINO: 0.009}) for _ in range(2))
    assert first.result() == later.result()
    assert first.opened
    assert not later.opened


@pytest.mark.parametrize("spoil", ["{", "[]", '{"key": {}, "value": {}}', "", "\x00"])
def test_autotune_repeats_after_unreadable_cache(cache: Path, spoil: str) -> None:
    Machine({ORT: 0.018, VINO: 0.009}).chosen()
    (file,) = cache.glob("choices/*.json")
    file.write_text(spoil)
    again = Machine({ORT: 0.018, VINO: 0.009})
    assert again.chosen() == [VINO, ORT]
    assert again.opened
    assert len(file.read_text()) > 100


def test_autotune_repeats_for_other_candidates() -> None:
    Machine({ORT: 0.018, VINO: 0.009}).chosen()
    more = Machine({ORT: 0.018, VINO: 0.009, ORT8: 0.006})
    assert more.chosen() == [ORT8, VINO, ORT]


def test_autotune_without_writable_cache(cache: Path) -> None:
    cache.write_text("in the way")
    for _ in range(2):
        machine = Machine({ORT: 0.018, VINO: 0.009})
        assert machine.chosen() == [VINO, ORT]
        assert machine.opened


def test_autotune_rejects_wrong_output() -> None:
    machine = Machine({ORT: 0.018, VINO: 0.001, ORT8: 0.006}, wrong=(VINO,))
    result = machine.result()
    assert result.ranking == [ORT8, ORT]
    assert result.failures == ("OpenVINO bf16 computes a wrong image",)


def test_autotune_reports_failed_candidate() -> None:
    machine = Machine({ORT: 0.018, VINO: 0.001}, broken=(VINO,))
    result = machine.result()
    assert result.ranking == [ORT]
    assert result.failures == ("openvino does not run",)


def test_autotune_raises_if_no_candidate_opens() -> None:
    machine = Machine({ORT: 0.018, VINO: 0.001}, broken=(VINO, ORT))
    with pytest.raises(NstError, match="openvino does not run"):
        machine.result()


def test_autotune_measures_slow_model_on_smaller_frames() -> None:
    machine = Machine({ORT: 0.36, VINO: 0.15})
    result = machine.result()
    assert result.ranking == [VINO, ORT]
    assert result.size == (240, 320)
    assert machine.now < 1


def test_compare_stops_when_budget_is_spent() -> None:
    machine = Machine({ORT: 9.0, VINO: 1.0, ORT8: 0.1})
    result = compare(list(machine.seconds), machine.open_at, SIZE, machine.clock, budget=1.0)
    assert result.ranking == [ORT]
    assert not result.complete
    assert machine.now < 3


def test_autotune_does_not_cache_incomplete_result() -> None:
    assert Machine({ORT: 9.0, VINO: 8.0}).chosen() == [ORT]
    assert Machine({ORT: 0.018, VINO: 0.009}).chosen() == [VINO, ORT]


@pytest.mark.parametrize("size", [(16, 16), (70, 2000), (480, 640), (1080, 1920)])
def test_sample_image_has_contrast(size: Size) -> None:
    image = sample_image(size)
    assert image.shape == (*size, 3)
    assert image.dtype == np.uint8
    assert image.std() > 40


def test_format_trials() -> None:
    trials = (
        Measurement("openvino", "int8", 0.0049),
        Measurement("cpu", "int8", 0.0061),
        Measurement("openvino", "bf16", 0.0085),
        Measurement("cpu", "fp32", 0.0179),
    )
    text = "4.9 ms; ONNX Runtime int8 6.1, fp32 17.9 ms; OpenVINO bf16 8.5 ms"
    assert format_trials(trials, SIZE, SIZE) == text
    assert format_trials(trials[:1], (240, 320), SIZE) == "4.9 ms at 320x240"


def test_cache_folder_on_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
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
