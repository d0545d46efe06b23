"""The doctor among real ills: broken packages, two wheels, dying and hanging processes."""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.doctor import CHECKS, Finding, can_paint, examine
from realtime_nst.doctor.hardware import (
    nvidia_facts,
    painted,
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
    """Make Python believe that a distribution of a name and version is installed."""
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
    """Put a module of a name in front of the one that is installed, where trials look, too."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def packed(name: str, code: str) -> None:
        (folder / f"{name}.py").write_text(code)

    return packed


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.about: finding for finding in findings}


# Trials


def test_what_loads_has_a_version() -> None:
    found = by_name(list(libraries()))
    assert set(found) == {"numpy", "PyAV", "OpenCV", "ONNX Runtime"}
    assert all(finding.level == "ok" and finding.line[0].isdigit() for finding in found.values())


def test_a_system_library_that_is_missing_has_its_own_cure(package: Install) -> None:
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    package("cv2", f"raise ImportError({text!r})")
    found = by_name(list(libraries()))["OpenCV"]
    assert found.level == "fail"
    assert text in found.line
    assert "apt-get install libgl1" in found.hint


def test_a_package_that_crashes_does_not_take_the_doctor_along(
    package: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    package("onnxruntime", "import os; os.abort()")
    monkeypatch.setattr("realtime_nst.doctor.software.installed", lambda name: False)
    found = by_name(list(libraries()))
    assert found["ONNX Runtime"].level == "fail"
    assert "crashed" in found["ONNX Runtime"].line
    assert "pip install" in found["ONNX Runtime"].hint
    assert found["numpy"].level == "ok"


def test_two_builds_of_onnx_runtime_are_one_too_many(install: Install) -> None:
    (before,) = runtimes()
    assert before.level == "ok"
    install("onnxruntime-gpu", "1.31.1")
    (after,) = runtimes()
    assert after.level == "warn"
    assert "onnxruntime and onnxruntime-gpu" in after.line
    assert after.hint.startswith("pip uninstall -y onnxruntime onnxruntime-gpu && pip install")


def test_no_onnx_runtime_at_all_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime_nst.doctor.software.installed", lambda name: False)
    (found,) = runtimes()
    assert found.level == "fail"
    assert found.hint.startswith("pip install ")


def test_a_headless_opencv_beside_the_other_is_one_too_many(install: Install) -> None:
    install("opencv-python-headless", "4.12.0")
    install("opencv-python", "4.12.0")
    (found,) = opencvs()
    assert found.level == "warn"
    assert "pip uninstall -y opencv-python opencv-python-headless" in found.hint


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_ffmpeg_is_looked_for_and_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "is not installed" in next(ffmpeg()).line
    (tmp_path / "ffmpeg").write_text("#!/bin/sh\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    assert "is there" in next(ffmpeg()).line
    assert next(ffmpeg()).level == "ok"


# Processors and cards


def test_wheels_of_nvidias_are_seen(install: Install, tmp_path: Path) -> None:
    install("onnxruntime-gpu", "1.31.1")
    install("nvidia-cudnn-cu13", "9.24.0.43")
    facts = nvidia_facts(tmp_path)
    assert (facts.wheel, facts.cudnn, facts.cuda) == ("1.31.1", True, 13)


def test_a_device_that_does_not_run_says_why(models: Path) -> None:
    found = painted("TensorRT", "tensorrt", "warn")
    assert found.level == "warn"
    assert "TensorRT does not run" in found.line
    assert "pip install" in found.hint


# Models


def test_a_broken_model_is_named(models: Path) -> None:
    assert [finding.level for finding in look_at_models()] == ["ok"]
    onnx_models.bare(models / "broken" / "model.onnx")
    broken, rest = look_at_models()
    assert broken.level == "warn"
    assert "no model card" in broken.line
    assert "realtime-nst export" in broken.hint
    assert "invert" in rest.line


def test_painting_is_what_auto_does(models: Path) -> None:
    (found,) = CHECKS["painting"]()
    assert found.level in ("ok", "warn")
    assert found.line.startswith(("tiny-", "slow-"))
    assert " at 640x480: " in found.line
    assert " ms, " in found.line


# Media


def test_every_encoder_a_user_can_choose_is_looked_at() -> None:
    from realtime_nst.doctor.media import CODECS, HARDWARE

    assert {*CODECS, *HARDWARE} == {*SELECTABLE_CODECS}


def test_encoders_encode() -> None:
    (found,) = encoders()
    assert found == Finding("ok", "encoders", "h264, hevc, av1, vp9, prores, ffv1")


@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="has the card it must not have")
def test_an_encoder_without_its_card_fails() -> None:
    troubles = encode(("h264_nvenc", "ffv1"))
    assert "does not run on this machine" in troubles["h264_nvenc"]
    assert troubles["ffv1"] == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a screen")
def test_without_a_screen_there_is_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    (found,) = window()
    assert found.level == "warn"
    assert "no display" in found.line


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs X")
def test_a_screen_that_is_not_there_does_not_take_the_doctor_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    (found,) = window()
    assert found.level == "warn"
    assert found.hint


@pytest.mark.skipif(Path("/dev/video0").exists(), reason="has a camera")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="may have a camera")
def test_no_camera_is_no_disaster() -> None:
    (found,) = cameras()
    assert found.level == "warn"
    assert found.line.startswith("none found")


def test_no_virtual_camera_has_a_cure(package: Install) -> None:
    package("pyvirtualcam", "raise ImportError('libsomething.so is missing')")
    for found in virtual_camera():
        assert found.level in ("ok", "warn")
        assert found.hint


# The whole


def test_only_a_failure_means_that_nothing_can_be_painted() -> None:
    assert can_paint([Finding("ok", "a", "b"), Finding("warn", "c", "d", "e")])
    assert not can_paint([Finding("ok", "a", "b"), Finding("fail", "c", "d", "e")])


def test_findings_come_in_the_order_of_the_table() -> None:
    checks = {name: partial(iter, [Finding("ok", name, "well")]) for name in "zyx"}
    assert [finding.about for finding in examine(checks)] == ["z", "y", "x"]


def test_the_doctor_on_the_command_line(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: CHECKS[name] for name in ("python", "runtimes", "models", "painting")}
    monkeypatch.setattr("realtime_nst.doctor.examine.__defaults__", (few,))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert [line[:4].strip() for line in result.stdout.splitlines() if line[0] != " "]
    assert " at 640x480: " in result.stdout
    told = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert told["paints"] is True
    assert told["machine"]["python"]
    assert {finding["about"] for finding in told["findings"]} >= {"Python", "models", "painting"}


def test_the_exit_code_says_that_nothing_can_be_painted(
    models: Path, package: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in ("onnxruntime", "openvino"):
        package(engine, "raise ImportError('it is broken')")
    few = {name: CHECKS[name] for name in ("libraries", "painting")}
    monkeypatch.setattr("realtime_nst.doctor.examine.__defaults__", (few,))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "ONNX Runtime          a package cannot be imported: it is broken" in result.stdout
    assert "fail  painting" in result.stdout
    assert "> pip install" in result.stdout
