"""A run's figures with the machine they belong to, as a file."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from realtime_nst import __version__
from realtime_nst.bench.end_to_end import EndToEnd
from realtime_nst.bench.latency import Speed
from realtime_nst.bench.subject import RuntimeDescription
from realtime_nst.errors import SourceError
from realtime_nst.files import write_atomic
from realtime_nst.machine import Gpu, Machine, describe_machine, load_average

BUSY = 0.3
"""Load of a core that makes figures doubtful."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of ``bench`` found."""

    machine: Machine
    version: str
    """Of this program."""
    date: str
    load: float | None
    """Processes that wanted to run as it began: the fewer, the truer the figures."""
    speeds: tuple[Speed, ...] = ()
    wholes: tuple[EndToEnd, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether the machine had so much else to do that only ratios mean something."""
        return (self.load or 0) > BUSY * self.machine.cores

    def to_json(self) -> str:
        """For programs and for ``benchmarks/results``."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Read a report.

        Raises:
            SourceError: the text is no report.
        """
        try:
            fields: dict[str, Any] = json.loads(text)
            fields["machine"] = _machine(fields["machine"])
            fields["speeds"] = tuple(Speed(**_runs(each)) for each in fields["speeds"])
            fields["wholes"] = tuple(EndToEnd(**_runs(each)) for each in fields["wholes"])
            return cls(**fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            message = f"this is no report of a benchmark: {error}"
            raise SourceError(message, "realtime-nst bench --save benchmarks/results") from error


def new_report() -> Report:
    """The machine as it is before anything is measured."""
    busy, today = load_average(), datetime.now(UTC).date()
    rounded = None if busy is None else round(busy, 2)
    return Report(describe_machine(), __version__, today.isoformat(), rounded)


def save(report: Report, folder: Path) -> Path:
    """Write a report into a folder, under the machine's name, in place of an older one.

    Raises:
        SinkError: nothing can be written there.
    """
    path = folder / f"{report.machine.slug}.json"
    write_atomic(path, report.to_json())
    return path


def _machine(fields: dict[str, Any]) -> Machine:
    gpus = tuple(Gpu(**gpu) for gpu in fields.pop("gpus"))
    return Machine(gpus=gpus, flags=tuple(fields.pop("flags")), **fields)


def _runs(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "runner": RuntimeDescription(**fields["runner"])}
