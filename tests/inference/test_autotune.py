"""Autotuning takes the fastest candidate with correct output, and caches the result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.cache_folder import cache_folder
from realtime_nst.errors import DeviceError, NstError
from realtime_nst.frame import Image
from realtime_nst.inference.autotune import autotune
from realtime_nst.inference.comparison import compare, sample_image
from realtime_nst.inference.engines import Size
from realtime_nst.inference.trials import AutotuneResult, Candidate, Measurement, format_trials

VINO8, ORT8 = Candidate("openvino", "int8"), Candidate("cpu", "int8")
VINO, ORT = Candidate("openvino", "bf16"), Candidate("cpu", "fp32")
SIZE = (180, 320)
KEY = {"processor": "one"}


@dataclass
class Machine:
    """Candidates with given seconds per frame, on a simulated clock."""

    seconds: dict[Candidate, float]
    """The likely fastest first, the reference last."""
    opening: float = 0.0
    """Seconds to open a candidate."""
    disturbed: Callable[[int], bool] = lambda frame: False
    """Whether another program takes nine tenths of the machine during a frame."""
    now: float = 0.0
    frames: int = 0
    opened: list[Candidate] = field(default_factory=list)
    wrong: tuple[Candidate, ...] = ()
    broken: tuple[Candidate, ...] = ()

    def clock(self) -> float:
        return self.now

    def open_at(self, candidate: Candidate, size: Size) -> Callable[[Image], Image]:
        self.opened.append(candidate)
        self.now += self.opening
        if candidate in self.broken:
            raise DeviceError(f"{candidate.device} does not run", "buy one")

        def paint(image: Image) -> Image:
            self.now += self.seconds[candidate] * (10 if self.disturbed(self.frames) else 1)
            self.frames += 1
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
    machine = Machine({ORT8: 0.006, VINO: 0.009, ORT: 0.018})
    result = machine.result()
    assert result.ranking == [ORT8, VINO, ORT]
    assert [round(trial.seconds, 4) for trial in result.trials] == [0.006, 0.009, 0.018]
    assert result.certain


def test_autotune_opens_each_candidate_once_the_reference_first() -> None:
    machine = Machine({ORT8: 0.006, VINO: 0.009, ORT: 0.018})
    machine.result()
    assert machine.opened == [ORT, ORT8, VINO]


@pytest.mark.parametrize(("likely", "other", "first"), [(0.0031, 0.003, 0), (0.004, 0.003, 1)])
def test_autotune_prefers_the_likely_faster_of_equals(
    likely: float, other: float, first: int
) -> None:
    machine = Machine({VINO8: likely, ORT8: other, ORT: 0.018})
    assert machine.chosen()[0] == (VINO8, ORT8)[first]


def test_autotune_caches_result() -> None:
    first, later = (Machine({VINO: 0.009, ORT: 0.018}) for _ in range(2))
    assert first.result() == later.result()
    assert first.opened
    assert not later.opened


@pytest.mark.parametrize("spoil", ["{", "[]", '{"key": {}, "value": {}}', "", "\x00"])
def test_autotune_repeats_after_unreadable_cache(cache: Path, spoil: str) -> None:
    Machine({VINO: 0.009, ORT: 0.018}).chosen()
    (file,) = cache.glob("choices/*.json")
    file.write_text(spoil)
    again = Machine({VINO: 0.009, ORT: 0.018})
    assert again.chosen() == [VINO, ORT]
    assert again.opened
    assert len(file.read_text()) > 100


def test_autotune_repeats_for_other_candidates() -> None:
    Machine({VINO: 0.009, ORT: 0.018}).chosen()
    more = Machine({ORT8: 0.006, VINO: 0.009, ORT: 0.018})
    assert more.chosen() == [ORT8, VINO, ORT]


def test_autotune_without_writable_cache(cache: Path) -> None:
    cache.write_text("in the way")
    for _ in range(2):
        machine = Machine({VINO: 0.009, ORT: 0.018})
        assert machine.chosen() == [VINO, ORT]
        assert machine.opened


def test_autotune_rejects_wrong_output() -> None:
    machine = Machine({ORT8: 0.006, VINO: 0.001, ORT: 0.018}, wrong=(VINO,))
    result = machine.result()
    assert result.ranking == [ORT8, ORT]
    assert result.failures == ("OpenVINO bf16 computes a wrong image",)
    assert result.certain


def test_autotune_reports_failed_candidate() -> None:
    machine = Machine({VINO: 0.001, ORT: 0.018}, broken=(VINO,))
    result = machine.result()
    assert result.ranking == [ORT]
    assert result.failures == ("openvino does not run",)


def test_autotune_raises_if_no_candidate_opens() -> None:
    machine = Machine({VINO: 0.001, ORT: 0.018}, broken=(VINO, ORT))
    with pytest.raises(NstError, match="openvino does not run"):
        machine.result()


@pytest.mark.parametrize("share", [3, 4, 5])
def test_autotune_is_not_misled_by_bursts_of_other_programs(share: int) -> None:
    """Of ``share + 1`` frames, ``share`` take ten times as long."""
    machine = Machine({VINO8: 0.003, ORT8: 0.006, ORT: 0.018})
    machine.disturbed = lambda frame: (frame // 3) % (share + 1) > 0
    result = machine.result()
    assert result.ranking[0] == VINO8


def test_autotune_does_not_cache_what_halves_of_the_frames_deny() -> None:
    machine = Machine({VINO8: 0.003, ORT8: 0.006, ORT: 0.018})
    # After three warm-up frames: the likely fastest is undisturbed in every other round only.
    machine.disturbed = lambda frame: frame >= 3 and (frame - 3) % 6 == 0
    result = machine.result()
    assert result.ranking[0] == VINO8
    assert not result.certain
    assert Machine({ORT8: 0.001, VINO8: 0.003, ORT: 0.018}).chosen()[0] == ORT8


@pytest.mark.parametrize(("opening", "seconds"), [(3.0, 0.01), (0.1, 9.0), (0.1, 0.9)])
def test_compare_takes_the_likely_fastest_if_the_budget_is_spent(
    opening: float, seconds: float
) -> None:
    times = {VINO8: seconds, ORT8: seconds / 2, VINO: seconds, ORT: seconds / 3}
    machine = Machine(times, opening)
    result = compare(list(times), machine.open_at, SIZE, machine.clock, budget=1.0)
    assert result.ranking[0] == VINO8
    assert not result.certain


def test_autotune_does_not_cache_incomplete_result() -> None:
    assert Machine({VINO: 8.0, ORT: 9.0}).chosen() == [VINO, ORT]
    again = Machine({VINO: 0.018, ORT: 0.009})
    assert again.chosen() == [ORT, VINO]
    assert again.opened


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
