"""Candidates to run a model, and how fast they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import Size


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device and a precision that can run a model."""

    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """Measured speed of a candidate."""

    device: str
    precision: str
    seconds: float
    """Shortest time of a frame."""

    @property
    def label(self) -> str:
        """Human-readable name of the device."""
        return DEVICES[self.device].label


@dataclass(frozen=True, slots=True)
class AutotuneResult:
    """Result of a comparison."""

    trials: tuple[Measurement, ...]
    """Measurements, the fastest first."""
    size: Size
    """Height and width of the frames that were measured."""
    failures: tuple[str, ...] = ()
    """Why candidates are missing: one message each."""
    certain: bool = True
    """False if the budget was spent too early, or if the first and the second half of the frames
    disagree on the fastest candidate; as on a busy machine."""

    @property
    def ranking(self) -> list[Candidate]:
        """Candidates, the fastest first."""
        return [Candidate(trial.device, trial.precision) for trial in self.trials]


def format_trials(trials: Sequence[Measurement], measured: Size, size: Size) -> str:
    """Format the first time, then the others: ``4.9 ms; ONNX Runtime int8 6.1, fp32 17.9 ms``.

    Args:
        trials: measurements; the caller has already named the device of the first one.
        measured: height and width of the measured frames.
        size: height and width of the frames to come.
    """
    first, *others = trials
    shrunk = "" if measured == size else f" at {measured[1]}x{measured[0]}"
    by_device: dict[str, list[str]] = {}
    for trial in others:
        by_device.setdefault(trial.label, []).append(f"{trial.precision} {_ms(trial)}")
    rest = [f"{label} {', '.join(times)} ms" for label, times in by_device.items()]
    return "; ".join([f"{_ms(first)} ms{shrunk}", *rest])


def _ms(trial: Measurement) -> str:
    return f"{1000 * trial.seconds:.1f}"
