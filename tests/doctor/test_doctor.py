"""The doctor with real problems: broken packages, two wheels, crashing and hanging processes."""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.doctor import CHECKS, Finding, can_paint, examine, software
from realtime_nst.doctor.hardware import (
    check_device,
    nvidia_facts,
)
from realtime_nst.doctor.media import cameras, encoders, virtual_camera, window
from realtime_nst.doctor.models import models as look_at_models
from realtime_nst.doctor.probes import encode
from realtime_nst.doctor.software import ffmpeg, libraries, opencvs, runtimes
from realtime_nst.sinks.video.codecs import SELECTABLE_CODECS
from tests.helpers import onnx_models

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Make a distribution of a name and version appear as installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def installed(name: str, version: str) -> None:
        about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )

    return installed


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a module in front of the installed one, also for child processes."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def packed(name: str, code: str) -> None:
        (folder / f"{name}.py").write_text(code)

    return packed


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.about: finding for finding in findings}


# Trials


def test_libraries_have_versions() -> None:
    found = by_name(list(libraries()))
    assert set(found) == {"numpy", "PyAV", "OpenCV", "ONNX Runtime"}
    assert all(finding.level == "ok" and finding.line[0].isdigit() for finding in found.values())


def test_libraries_missing_system_library(package: Install) -> None:
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    package("cv2", f"raise ImportError({text!r})")
    found = by_name(list(libraries()))["OpenCV"]
    assert found.level == "fail"
    assert text in found.line
    assert "apt-get install libgl1" in found.hint


def test_libraries_crashing_package(package: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    package("onnxruntime", "import os; os.abort()")
    monkeypatch.setattr("realtime_nst.doctor.software.installed", lambda name: False)
    found = by_name(list(libraries()))
    assert found["ONNX Runtime"].level == "fail"
    assert "crashed" in found["ONNX Runtime"].line
    assert "pip install" in found["ONNX Runtime"].hint
    assert found["numpy"].level == "ok"


def test_runtimes_two_builds(install: Install) -> None:
    (before,) = runtimes()
    assert before.level == "ok"
    install("onnxruntime-gpu", "1.31.1")
    (after,) = runtimes()
    assert after.level == "warn"
    assert "onnxruntime and onnxruntime-gpu" in after.line
    assert after.hint.startswith("pip uninstall -y onnxruntime onnxruntime-gpu && pip install")


def test_runtimes_none_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime_nst.doctor.software.installed", lambda name: False)
    (found,) = runtimes()
    assert found.level == "fail"
    assert found.hint.startswith("pip install ")


def test_opencvs_two_builds(install: Install) -> None:
    install("opencv-python-headless", "4.12.0")
    install("opencv-python", "4.12.0")
    (found,) = opencvs()
    assert found.level == "warn"
    assert "pip uninstall -y opencv-python opencv-python-headless" in found.hint


def test_opencvs_headless(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "OPENCVS", ("opencv-python-headless",))
    install("opencv-python-headless", "5.0.0")
    (found,) = opencvs()
    assert (found.level, found.line) == ("ok", "opencv-python-headless: no windows, all else works")
    assert "[window]" in found.hint


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_ffmpeg_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "is not installed" in next(ffmpeg()).line
    (tmp_path / "ffmpeg").write_text("#!/bin/sh\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    assert "is installed" in next(ffmpeg()).line
    assert next(ffmpeg()).level == "ok"


# Processors and cards


def test_nvidia_facts_find_wheels(install: Install, tmp_path: Path) -> None:
    install("onnxruntime-gpu", "1.31.1")
    install("nvidia-cudnn-cu13", "9.24.0.43")
    facts = nvidia_facts(tmp_path)
    assert (facts.wheel, facts.cudnn, facts.cuda) == ("1.31.1", True, 13)


def test_check_device_reports_error(models: Path) -> None:
    found = check_device("TensorRT", "tensorrt", "warn")
    assert found.level == "warn"
    assert "TensorRT does not run" in found.line
    assert "pip install" in found.hint


# Models


def test_models_names_broken_model(models: Path) -> None:
    assert [finding.level for finding in look_at_models()] == ["ok"]
    onnx_models.bare(models / "broken" / "model.onnx")
    broken, rest = look_at_models()
    assert broken.level == "warn"
    assert "no model card" in broken.line
    assert "realtime-nst export" in broken.hint
    assert "invert" in rest.line


def test_stylization_uses_auto(models: Path) -> None:
    (found,) = CHECKS["stylization"]()
    assert found.level in ("ok", "warn")
    assert found.line.startswith(("tiny-", "slow-"))
    assert " at 640x480: " in found.line
    assert " ms, " in found.line


# Media


def test_all_selectable_codecs_are_checked() -> None:
    from realtime_nst.doctor.media import CODECS, HARDWARE

    assert {*CODECS, *HARDWARE} == {*SELECTABLE_CODECS}


def test_encoders() -> None:
    (found,) = encoders()
    assert found == Finding("ok", "encoders", "h264, hevc, av1, vp9, prores, ffv1")


@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="has the card it must not have")
def test_encode_without_gpu() -> None:
    errors = encode(("h264_nvenc", "ffv1"))
    assert "does not run on this machine" in errors["h264_nvenc"]
    assert errors["ffv1"] == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a screen")
def test_window_without_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    (found,) = window()
    assert found.level == "warn"
    assert "no display" in found.line


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs X")
def test_window_with_wrong_display(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    (found,) = window()
    assert found.level == "warn"
    assert found.hint


@pytest.mark.skipif(Path("/dev/video0").exists(), reason="has a camera")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="may have a camera")
def test_cameras_none_found() -> None:
    (found,) = cameras()
    assert found.level == "warn"
    assert found.line.startswith("none found")


def test_virtual_camera_has_hint(package: Install) -> None:
    package("pyvirtualcam", "raise ImportError('libsomething.so is missing')")
    for found in virtual_camera():
        assert found.level in ("ok", "warn")
        assert found.hint


# The whole


def test_can_paint_without_failures() -> None:
    assert can_paint([Finding("ok", "a", "b"), Finding("warn", "c", "d", "e")])
    assert not can_paint([Finding("ok", "a", "b"), Finding("fail", "c", "d", "e")])


def test_examine_keeps_order() -> None:
    checks = {name: partial(iter, [Finding("ok", name, "well")]) for name in "zyx"}
    assert [finding.about for finding in examine(checks)] == ["z", "y", "x"]


def test_doctor_command(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: CHECKS[name] for name in ("python", "runtimes", "models", "stylization")}
    monkeypatch.setattr("realtime_nst.doctor.examine.__defaults__", (few,))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert [line[:4].strip() for line in result.stdout.splitlines() if line[0] != " "]
    assert " at 640x480: " in result.stdout
    report = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert report["paints"] is True
    assert report["machine"]["python"]
    assert {finding["about"] for finding in report["findings"]} >= {
        "Python",
        "models",
        "stylization",
    }


def test_doctor_exit_code_on_failure(
    models: Path, package: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in ("onnxruntime", "openvino"):
        package(engine, "raise ImportError('it is broken')")
    few = {name: CHECKS[name] for name in ("libraries", "stylization")}
    monkeypatch.setattr("realtime_nst.doctor.examine.__defaults__", (few,))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "ONNX Runtime          a package cannot be imported: it is broken" in result.stdout
    assert "fail  stylization" in result.stdout
    assert "> pip install" in result.stdout
