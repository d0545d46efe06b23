"""Benchmark report: the results of a run and the machine they belong to, as a JSON file."""

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
"""Load average per core from which results are not reliable."""


@dataclass(frozen=True, slots=True)
class Report:
    """Results of one run of ``bench``."""

    machine: Machine
    version: str
    """Version of this program."""
    date: str
    load: float | None
    """Load average before the run: the lower, the more reliable the results."""
    speeds: tuple[Speed, ...] = ()
    """Latencies."""
    wholes: tuple[EndToEnd, ...] = ()
    """Runs of the whole pipeline."""

    @property
    def busy(self) -> bool:
        """Whether other load on the machine makes all results but ratios unreliable."""
        return (self.load or 0) > BUSY * self.machine.cores

    def to_json(self) -> str:
        """Return the report as JSON, as stored in ``benchmarks/results``."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Read a report.

        Raises:
            SourceError: the text is not a report.
        """
        try:
            fields: dict[str, Any] = json.loads(text)
            fields["machine"] = _machine(fields["machine"])
            fields["speeds"] = tuple(Speed(**_runs(each)) for each in fields["speeds"])
            fields["wholes"] = tuple(EndToEnd(**_runs(each)) for each in fields["wholes"])
            return cls(**fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            message = f"cannot read the benchmark report: {error}"
            hint = "create it again: realtime-nst bench --save benchmarks/results"
            raise SourceError(message, hint) from error


def new_report() -> Report:
    """Return a report without results, with the state of the machine before the run."""
    busy, today = load_average(), datetime.now(UTC).date()
    rounded = None if busy is None else round(busy, 2)
    return Report(describe_machine(), __version__, today.isoformat(), rounded)


def file_of(report: Report, folder: Path) -> Path:
    """Return the file of a report, which is named after the machine."""
    return folder / f"{report.machine.slug}.json"


def save(report: Report, folder: Path) -> Path:
    """Write a report into a folder; an older one of the same machine is replaced.

    Returns:
        The path, which is named after the machine.

    Raises:
        SinkError: the report cannot be written.
    """
    path = file_of(report, folder)
    write_atomic(path, report.to_json())
    return path


def _machine(fields: dict[str, Any]) -> Machine:
    gpus = tuple(Gpu(**gpu) for gpu in fields.pop("gpus"))
    return Machine(gpus=gpus, flags=tuple(fields.pop("flags")), **fields)


def _runs(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "runner": RuntimeDescription(**fields["runner"])}
