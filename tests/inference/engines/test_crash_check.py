"""A library that may crash is tried in a process of its own first."""

import sys
from pathlib import Path

import pytest

from realtime_nst.errors import DeviceError
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import EngineSettings, crash_check, openvino
from realtime_nst.inference.engines.crash_check import crash_reason
from realtime_nst.models.onnx_model import OnnxModel, read_network
from tests.helpers import onnx_models

pytest.importorskip("openvino", reason="OpenVINO is not installed: its probe is not tested")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REALTIME_NST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def network(tmp_path: Path) -> OnnxModel:
    return read_network(onnx_models.brush(tmp_path / "model.onnx"))


def probe(folder: Path, code: str) -> Path:
    """A probe that notes that it ran, and then does something."""
    path = folder / "probe.py"
    path.write_text(f"open({str(folder / 'ran')!r}, 'a').write('x')\n{code}\n")
    return path


def runs(folder: Path) -> int:
    return len((folder / "ran").read_text())


def test_a_sound_library(network: OnnxModel, cache: Path) -> None:
    assert crash_reason(network) is None
    assert len(list(cache.glob("openvino/*.json"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_crash_is_told_and_remembered(network: OnnxModel, tmp_path: Path) -> None:
    script = probe(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGFPE)")
    for _ in range(2):
        assert crash_reason(network, script) == "it crashes on this processor (SIGFPE)"
    assert runs(tmp_path) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_process_that_was_killed_from_outside_is_tried_again(
    network: OnnxModel, tmp_path: Path
) -> None:
    script = probe(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    for _ in range(2):
        assert "SIGKILL" in (crash_reason(network, script) or "")
    assert runs(tmp_path) == 2


def test_an_exception_is_left_to_be_raised_here(network: OnnxModel, tmp_path: Path) -> None:
    assert crash_reason(network, probe(tmp_path, "raise RuntimeError('no such operator')")) is None


def test_a_probe_without_end(
    network: OnnxModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crash_check, "PATIENCE", 0.3)
    script = probe(tmp_path, "import threading; threading.Event().wait()")
    assert "could not be tried" in (crash_reason(network, script) or "")


def test_another_model_is_tried_by_itself(network: OnnxModel, tmp_path: Path) -> None:
    script = probe(tmp_path, "")
    assert crash_reason(network, script) is None
    assert crash_reason(network.baked((1.0, 0.0)), script) is None
    assert crash_reason(network.baked((0.0, 1.0)), script) is None  # as the one before, in kind
    assert runs(tmp_path) == 2


def test_an_unsafe_one_is_not_opened(network: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "crash_reason", lambda network: "it crashes on this processor")
    with pytest.raises(DeviceError, match="OpenVINO does not run: it crashes") as caught:
        openvino.open_openvino(network, DEVICES["openvino"], EngineSettings(1), (64, 64))
    assert caught.value.hint
