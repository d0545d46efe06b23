"""Tables in the documents are generated from the latest results."""

import importlib.util
import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

import pytest

from realtime_nst.bench.end_to_end import run_whole, synthetic
from realtime_nst.bench.latency import measure
from realtime_nst.bench.report import Report, new_report, save
from realtime_nst.bench.subject import BenchRequest
from realtime_nst.timing import Budget

ROOT = Path(__file__).parents[2]
QUICK = Budget(warmup=0, seconds=0.0, least=2)


def script() -> ModuleType:
    path = ROOT / "scripts" / "readme_tables.py"
    spec = importlib.util.spec_from_file_location("readme_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def report(models: Path) -> Report:
    wanted = BenchRequest("invert", "cpu", 1)
    found = list(measure([wanted], [(64, 48), (96, 64)], QUICK))
    wholes = tuple(run_whole([wanted], [synthetic(64, 48)], seconds=0.0))
    speeds = tuple(
        replace(one, median_ms=time) for one, time in zip(found, (2.5, 40.0), strict=True)
    )
    return replace(new_report(), speeds=speeds, wholes=wholes, load=0.0)


def test_tables_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert script().main(["--check"]) == 0, capsys.readouterr().out


def test_each_table_is_in_a_document() -> None:
    tables = script()
    texts = [document.read_text(encoding="utf-8") for document in tables.DOCUMENTS]
    assert {found[1] for text in texts for found in tables.MARKED.findall(text)} == {*tables.TABLES}


def test_table_is_written_between_its_marks(report: Report, tmp_path: Path) -> None:
    save(report, tmp_path)
    before = "Before.\n<!-- table: speeds -->\nold\n<!-- end of table -->\nAfter."
    after = script().filled(before, tmp_path)
    assert after.startswith("Before.\n<!-- table: speeds -->\n")
    assert after.endswith("\n<!-- end of table -->\nAfter.")
    assert "| model | on | 64x48 | 96x64 |" in after
    row = "| tiny-invert | ONNX Runtime fp32, 1 thread | 2.5 ms, 400 fps | 40 ms, 25 fps |"
    assert row in after
    assert report.date in after
    assert "trial" not in after
    assert script().filled(after, tmp_path) == after


def test_results_of_a_busy_machine_are_marked(report: Report, tmp_path: Path) -> None:
    save(replace(report, load=99.0), tmp_path)
    assert "a trial: the machine was busy, load 99.0" in script().speeds(tmp_path)


def test_pipelines_table_has_share_of_network(report: Report, tmp_path: Path) -> None:
    save(report, tmp_path)
    text = script().pipelines(tmp_path)
    assert re.search(r"\| synthetic \| 64x48 \| [\d.]+ \| \d+% \|$", text)


def test_peers_are_compared_with_our_fastest_model(report: Report, tmp_path: Path) -> None:
    def timed(name: str, part: str, ours: bool, median: float) -> dict[str, object]:
        about = {"name": name, "part": part, "ours": ours, "why": "", "calls": 9}
        return {**about, "median_ms": median, "p95_ms": 2 * median}

    def longer(peer: list[str], ours: list[str], times: float) -> dict[str, object]:
        spread = {"median": times, "low": times - 1, "high": times + 1, "pairs": 9}
        return {"peer": peer, "ours": ours, "longer": spread}

    each = {
        "width": 640,
        "height": 480,
        "threads": 2,
        "timed": [
            timed("theirs", "network", False, 74.0),
            timed("slow", "call", True, 300.0),
            timed("quick", "call", True, 7.0),
        ],
        "versus": [
            longer(["theirs", "network"], ["slow", "call"], 0.25),
            longer(["theirs", "network"], ["quick", "call"], 10.5),
        ],
    }
    results = {**asdict(report), "rounds": [each]}
    del results["speeds"], results["wholes"]
    (tmp_path / "peers").mkdir()
    (tmp_path / "peers" / "here.json").write_text(json.dumps(results))
    text = script().peers(tmp_path)
    assert "640x480, threads: 2" in text
    assert "|  | median | p95 | times as long as quick |" in text
    assert "| theirs, network | 74 ms | 148 ms | 10.5 (9.5 to 11.5) |" in text
    assert "| slow, call | 300 ms | 600 ms |  |" in text


def test_tables_without_results(tmp_path: Path) -> None:
    tables = script()
    assert {table(tmp_path) for table in tables.TABLES.values()} == {tables.NOTHING}
