"""Update the tables of speeds in the documents from ``benchmarks/results``.

``python scripts/readme_tables.py`` writes them between their two marks in each document; with
``--check`` it only says which are stale. No figure in them is typed by hand.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from realtime_nst.bench.latency import Speed
from realtime_nst.bench.report import Report
from realtime_nst.timing import format_3digits

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "speed.md")
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
NOTHING = "Nothing has been measured yet."


def filled(text: str, results: Path = RESULTS) -> str:
    """Return a document with every table updated from the results."""

    def table(found: re.Match[str]) -> str:
        return f"{found[1]}{TABLES[found[2]](results)}\n{found[3]}"

    return MARKED.sub(table, text)


def speeds(results: Path) -> str:
    """Return the table of model latencies, by machine."""
    blocks = []
    for report in reports(results):
        sizes = list(dict.fromkeys((one.width, one.height) for one in report.speeds))
        rows: list[tuple[str, ...]] = [("model", "on", *map(size_of, sizes))]
        for model, on, found in by_runner(report.speeds):
            cells = (figures(found[size]) if size in found else "" for size in sizes)
            rows.append((model, on, *cells))
        blocks.append(f"{about(report)}\n\n{markdown(rows)}")
    return "\n\n".join(blocks) or NOTHING


def pipelines(results: Path) -> str:
    """Return the table of end-to-end times, by machine."""
    blocks = []
    for report in reports(results):
        rows: list[tuple[str, ...]] = [("model", "source", "size", "fps", "network's share")]
        for one in report.wholes:
            share = f"{one.shares['network']:.0%}"
            rows.append(
                (
                    f"{one.runner.model} on {one.runner.on}",
                    one.source,
                    size_of((one.width, one.height)),
                    format_3digits(one.fps),
                    share,
                )
            )
        if report.wholes:
            blocks.append(f"{about(report)}\n\n{markdown(rows)}")
    return "\n\n".join(blocks) or NOTHING


def peers(results: Path) -> str:
    """Others and ours in turns, machine by machine."""
    blocks = []
    for path in sorted((results / "peers").glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        rounds = told.pop("rounds")
        report = Report.from_json(json.dumps({**told, "speeds": [], "wholes": []}))
        blocks += [about(report), *(versus(each) for each in rounds)]
    return "\n\n".join(blocks) or NOTHING


def versus(each: dict[str, Any]) -> str:
    """One size: times, and how many times as long as the fastest of ours takes."""
    fastest = min((one for one in each["timed"] if one["ours"]), key=lambda one: one["median_ms"])
    own = [fastest["name"], fastest["part"]]
    longer = {tuple(v["peer"]): v["longer"] for v in each["versus"] if v["ours"] == own}
    rows: list[tuple[str, ...]] = [("", "median", "p95", f"times as long as {fastest['name']}")]
    for one in each["timed"]:
        times = (f"{format_3digits(one[name])} ms" for name in ("median_ms", "p95_ms"))
        ratio = longer.get((one["name"], one["part"]))
        spread = (
            f" ({format_3digits(ratio['low'])} to {format_3digits(ratio['high'])})" if ratio else ""
        )
        cell = f"{format_3digits(ratio['median'])}{spread}" if ratio else ""
        rows.append((f"{one['name']}, {one['part']}", *times, cell))
    title = f"{size_of((each['width'], each['height']))}, threads: {each['threads']}"
    return f"{title}\n\n{markdown(rows)}"


TABLES: dict[str, Callable[[Path], str]] = {
    "speeds": speeds,
    "pipelines": pipelines,
    "peers": peers,
}
"""Tables by the name in a document's markers."""


def reports(results: Path) -> list[Report]:
    """Every kept run of ``bench``, in the order of the files' names."""
    return [Report.from_json(path.read_text("utf-8")) for path in sorted(results.glob("*.json"))]


def by_runner(found: Sequence[Speed]) -> Iterator[tuple[str, str, dict[tuple[int, int], Speed]]]:
    """Return model, device and the times by size."""
    for model, on in dict.fromkeys((one.runner.model, one.runner.on) for one in found):
        of_it = [one for one in found if (one.runner.model, one.runner.on) == (model, on)]
        yield model, on, {(one.width, one.height): one for one in of_it}


def about(report: Report) -> str:
    """Return a line with the machine, its software and the date."""
    machine, versions = report.machine, report.machine.versions
    cores = f"{machine.cores} core{'' if machine.cores == 1 else 's'}"
    told = [machine.cpu, cores, *(gpu.name for gpu in machine.gpus)]
    told += [flag for flag in machine.flags if "vnni" in flag or "amx" in flag]
    engines = ("onnxruntime", "onnxruntime-gpu", "openvino")
    told += [f"{name} {versions[name]}" for name in engines if name in versions]
    told += [f"Python {machine.python}", report.date]
    if report.busy:
        told.append(f"a trial: the machine was busy, load {report.load}")
    return f"{', '.join(told)}:"


def figures(speed: Speed) -> str:
    """``17.8 ms, 56.2 fps``."""
    return f"{format_3digits(speed.median_ms)} ms, {format_3digits(speed.fps)} fps"


def size_of(size: tuple[int, int]) -> str:
    """``640x480``."""
    return f"{size[0]}x{size[1]}"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table; the first row is the header."""
    head, *rest = (f"| {' | '.join(cells)} |" for cells in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *rest])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables, or with ``--check`` say which are stale; how many were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="change nothing")
    given = parser.parse_args(arguments)
    stale = 0
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        wanted = filled(text)
        if wanted != text:
            stale += 1
            print(f"{'stale' if given.check else 'written'}: {document.relative_to(ROOT)}")
            if not given.check:
                document.write_text(wanted, encoding="utf-8")
    return stale if given.check else 0


if __name__ == "__main__":
    sys.exit(main())
