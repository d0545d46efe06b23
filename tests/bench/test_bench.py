"""Benchmarks: what ran, how long it took, and the report."""

import json
import mmap
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from realtime_nst.bench.chart import draw_chart
from realtime_nst.bench.end_to_end import run_whole, synthetic
from realtime_nst.bench.latency import compare, measure, need_single
from realtime_nst.bench.memory import forget_peak, peak
from realtime_nst.bench.report import Report, new_report, save
from realtime_nst.bench.subject import BenchRequest, everything, parse
from realtime_nst.cli.app import app
from realtime_nst.errors import MissingExtraError, ModelError, SinkError, SourceError
from realtime_nst.extras import install_command
from realtime_nst.inference.engines import crash_check
from realtime_nst.timing import Budget
from tests.helpers import onnx_models
from tests.helpers.video_clips import Clip, make

QUICK = Budget(warmup=1, seconds=0.0, least=3)
CPU = BenchRequest("invert", "cpu", 1)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("invert", BenchRequest("invert")),
        ("invert@cpu", BenchRequest("invert", "cpu")),
        ("invert@johnson", BenchRequest("invert@johnson")),
        ("invert@johnson@cpu", BenchRequest("invert@johnson", "cpu")),
        ("a.onnx@auto", BenchRequest("a.onnx", "auto")),
        ("invert@int8", BenchRequest("invert", precision="int8")),
        ("invert@openvino@fp32", BenchRequest("invert", "openvino", precision="fp32")),
        ("invert@fp32@cpu", BenchRequest("invert", "cpu", precision="fp32")),
        ("a@b", BenchRequest("a@b")),
    ],
)
def test_parse(text: str, wanted: BenchRequest) -> None:
    assert parse(text) == wanted


def test_measure_reports_what_ran(models: Path) -> None:
    sizes = ((64, 48), (96, 64))
    started: list[tuple[str, tuple[int, int]]] = []
    speeds = list(
        measure(
            [CPU], sizes, QUICK, on_start=lambda runner, size: started.append((runner.model, size))
        )
    )
    assert [(speed.width, speed.height) for speed in speeds] == [*sizes]
    assert started == [("tiny-invert", size) for size in sizes]
    for speed in speeds:
        assert speed.calls == 3
        assert 0 < speed.median_ms <= speed.p95_ms
        assert speed.fps == pytest.approx(1000 / speed.median_ms)
        assert speed.opened_ms > 0
        assert speed.first_ms > 0
        assert speed.runner.placement == {"CPUExecutionProvider": 1}
        assert speed.runner.why == "ONNX Runtime fp32, 1 thread"
        assert speed.runner.file == "tiny-invert/model.onnx"


def test_measure_file_of_several_styles(models: Path) -> None:
    (speed,) = measure(
        [BenchRequest(f"{models / 'tiny-two' / 'model.onnx'}", "cpu")], [(64, 48)], QUICK
    )
    assert speed.runner.style == "keep"
    (other,) = measure([BenchRequest("black", "cpu")], [(64, 48)], QUICK)
    assert other.runner.style == "black"


def test_labels_name_the_style(models: Path) -> None:
    wanted = [BenchRequest(name, "cpu") for name in ("keep", "black", "keep:0.25,black:0.75")]
    labels = [speed.runner.label for speed in measure(wanted, [(64, 48)], QUICK)]
    device = "(tiny-two) on ONNX Runtime fp32"
    names = ("keep", "black", "keep:0.25,black:0.75")
    assert [label.partition(", ")[0] for label in labels] == [f"{name} {device}" for name in names]


def test_everything_lists_all_models(models: Path) -> None:
    speeds = [speed.runner.model for speed in measure(map_wanted(), [(16, 16)], QUICK)]
    assert {"tiny-identity", "tiny-invert", "slow-invert", "tiny-two"} <= set(speeds)


def map_wanted() -> list[BenchRequest]:
    return [BenchRequest(name, "cpu") for name in everything() if "tiny" in name or "slow-" in name]


def test_peak_counts_current_memory() -> None:
    forget_peak()
    before = peak()
    if before is None:
        pytest.skip("this system does not report it")
    with mmap.mmap(-1, 60_000_000) as held:  # never from memory that was used before
        held.write(b"\1" * len(held))
        during = peak()
    assert during is not None
    assert during - before > 0.9 * 60


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others count from the start")
def test_forget_peak_resets_peak() -> None:
    forget_peak()
    before = peak()
    loop: list[object] = [np.ones(60_000_000, np.uint8)]
    loop.append(loop)  # only a search for such loops frees it
    del loop
    forget_peak()
    after = peak()
    assert before is not None
    assert after is not None
    assert after - before < 30


def test_compare(models: Path) -> None:
    wanted = (CPU, BenchRequest("identity", "cpu", 1))
    rounds: list[int] = []
    result = compare(wanted, (64, 48), 4, turn=QUICK, rest=0.0, on_round=rounds.append)
    assert rounds == [1, 2, 3, 4]
    assert (result.first.runner.model, result.second.runner.model) == (
        "tiny-invert",
        "tiny-identity",
    )
    assert result.first.calls == result.second.calls == 12
    assert result.longer.pairs == 4
    assert 0 < result.longer.low <= result.longer.median <= result.longer.high


def test_need_single_refuses_batches() -> None:
    need_single(1)
    with pytest.raises(ModelError, match="one frame at a time"):
        need_single(4)


def test_run_whole_ends_with_source(models: Path, tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", Clip(64, 48, ticks=tuple(range(0, 12 * 512, 512))))
    (whole,) = run_whole([CPU], [str(clip)], seconds=60.0)
    assert (whole.frames, whole.width, whole.height) == (12, 64, 48)
    assert whole.source == "clip.mp4"
    assert whole.fps > 0
    assert set(whole.shares) == {"source", "style", "network", "sink"}
    assert 0 < whole.shares["network"] <= whole.shares["style"] <= 1.0


def test_run_whole_ends_in_time(models: Path) -> None:
    (whole,) = run_whole([CPU], [synthetic(64, 48)], seconds=0.0)
    assert whole.frames == 1


def a_report(models: Path) -> Report:
    speeds = tuple(measure([CPU], [(64, 48), (96, 64)], QUICK))
    wholes = tuple(run_whole([CPU], [synthetic(64, 48)], seconds=0.0))
    return replace(new_report(), speeds=speeds, wholes=wholes)


def test_report_round_trip(models: Path, tmp_path: Path) -> None:
    report = a_report(models)
    path = save(report, tmp_path / "new" / "results")
    assert path.name == f"{report.machine.slug}.json"
    assert Report.from_json(path.read_text(encoding="utf-8")) == report
    assert str(tmp_path) not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"machine": 3}'])
def test_report_refuses_other_text(text: str) -> None:
    with pytest.raises(SourceError, match="cannot read the benchmark report"):
        Report.from_json(text)


def test_save_to_unwritable_folder(models: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SinkError, match=r"cannot create .*: .*file is not a folder"):
        save(a_report(models), tmp_path / "file")


def test_draw_chart_length_of_bars(models: Path) -> None:
    quick, slow = (
        replace(speed, width=64, height=48, median_ms=ms, p95_ms=ms)
        for speed, ms in zip(measure([CPU] * 2, [(64, 48)], QUICK), (2.0, 200.0), strict=True)
    )
    slow = replace(slow, runner=replace(slow.runner, model="other"))
    picture = draw_chart([quick, slow]).astype(int)
    bars = {
        color: np.argwhere((picture == color).all(axis=2))
        for color in ((200, 120, 30), (70, 160, 70))
    }
    lengths = [np.ptp(bar[:, 1]) for bar in bars.values()]
    # 2 ms lie at log10(2) / 3 of the scale from 1 to 1000 ms, 200 ms two thirds further.
    assert lengths[1] - lengths[0] == pytest.approx(760 * 2 / 3, abs=3)


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["bench", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_bench_command(models: Path, tmp_path: Path) -> None:
    chart, kept = tmp_path / "chart.png", tmp_path / "results"
    code, out, err = run(
        *("-s", "invert", "-s", "black", "--size", "64x48,96x64", "--device", "cpu"),
        *("--threads", "1", "--seconds", 0, "--pipeline", "--chart", chart, "--save", kept),
    )
    assert code == 0, err
    lines = out.splitlines()
    assert (
        sum(
            line.startswith("invert (tiny-invert) on ONNX Runtime fp32, 1 thread") for line in lines
        )
        == 4
    )
    assert (
        sum(line.startswith("black (tiny-two) on ONNX Runtime fp32, 1 thread") for line in lines)
        == 4
    )
    assert "network" in out
    assert f"chart: {chart}" in err
    assert cv2.imread(str(chart)) is not None
    (path,) = kept.glob("*.json")
    assert len(Report.from_json(path.read_text(encoding="utf-8")).speeds) == 4


def test_bench_checks_chart_before_timing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("realtime_nst.bench.latency.measure", lambda *_: pytest.fail("timed"))
    with pytest.raises(SinkError, match="unknown file extension"):
        run("-s", "invert", "--chart", "chart.xyz")


def test_bench_json(models: Path) -> None:
    code, out, _ = run("-s", "invert", "--size", "64x48", "--seconds", 0, "--json")
    assert code == 0
    report = json.loads(out)
    assert report["machine"]["cores"] >= 1
    assert report["speeds"][0]["runner"]["model"] == "tiny-invert"


def test_bench_skips_missing_variants(models: Path) -> None:
    several = ("-s", "invert", "--size", "64x48", "--seconds", 0, "--device", "cpu")
    code, out, err = run(*several, "--precision", "int8,fp32", "--pipeline")
    assert code == 0
    assert err.count("note: skipped: tiny-invert has no int8 variant") == 1
    assert out.count("invert (tiny-invert) on ONNX Runtime fp32") == 2
    with pytest.raises(ModelError, match="no int8 variant"):
        run(*several, "--precision", "int8")


def test_bench_compare_command(models: Path) -> None:
    arguments = ("compare", "invert@cpu", "identity@cpu", "--size", "64x48", "--pairs", 2)
    code, out, _ = run(*arguments)
    assert code == 0
    assert "B takes" in out
    assert "of 2 turns" in out
    _, out, _ = run(*arguments, "--json")
    assert json.loads(out)["comparisons"][0]["longer"]["pairs"] == 2


@pytest.mark.parametrize(
    "arguments", [("--size", "12"), ("--size", "0x4"), ("--threads", "many"), ("--threads", "0")]
)
def test_bench_usage_errors(models: Path, arguments: tuple[str, str]) -> None:
    code, _, err = run("-s", "invert", *arguments)
    assert code == 2
    assert "for example" in err


def test_everything_without_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime_nst.bench.subject.installed_models", lambda: iter(()))
    with pytest.raises(ModelError, match="no model"):
        everything()


def test_measure_model_by_path(tmp_path: Path) -> None:
    path = onnx_models.identity(tmp_path / "some.onnx")
    (speed,) = measure([BenchRequest(str(path), "cpu")], [(64, 48)], QUICK)
    assert speed.runner.model == "tiny-identity"


def test_bench_skips_missing_engines(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(crash_check, "version", version)
    words = ["bench", "-s", "invert", "--size", "64x64", "--seconds", "0", "--warmup", "1"]
    result = CliRunner().invoke(app, [*words, "--device", "cpu,openvino"])
    assert result.exit_code == 0
    assert "note: skipped: OpenVINO is not installed" in result.stderr
    assert "ONNX Runtime fp32" in result.stdout
    result = CliRunner().invoke(app, [*words, "--device", "openvino"])
    assert isinstance(result.exception, MissingExtraError)
    assert result.exception.hint == install_command("openvino")
