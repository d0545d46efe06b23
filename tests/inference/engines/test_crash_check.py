"""A library that may crash is checked in a separate process first."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from realtime_nst.errors import DeviceError
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import EngineSettings, crash_check, openvino
from realtime_nst.inference.engines.crash_check import crash_reason
from realtime_nst.models.onnx_model import OnnxModel, read_network
from tests.helpers import onnx_models

# Importing it to find out would start its telemetry.
if find_spec("openvino") is None:
    pytest.skip("OpenVINO is not installed: its probe is not tested", allow_module_level=True)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REALTIME_NST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def network(tmp_path: Path) -> OnnxModel:
    return read_network(onnx_models.brush(tmp_path / "model.onnx"))


def probe(folder: Path, code: str) -> Path:
    """Write a script that records its run, and then executes some code."""
    path = folder / "probe.py"
    path.write_text(f"open({str(folder / 'ran')!r}, 'a').write('x')\n{code}\n")
    return path


def runs(folder: Path) -> int:
    return len((folder / "ran").read_text())


def test_crash_reason_is_none_without_crash(network: OnnxModel, cache: Path) -> None:
    assert crash_reason(network) is None
    assert len(list(cache.glob("openvino/*.json"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_crash_reason_is_cached(network: OnnxModel, tmp_path: Path) -> None:
    script = probe(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGFPE)")
    for _ in range(2):
        assert crash_reason(network, script) == "it crashes on this processor (SIGFPE)"
    assert runs(tmp_path) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_crash_reason_repeats_after_kill(network: OnnxModel, tmp_path: Path) -> None:
    script = probe(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    for _ in range(2):
        assert "SIGKILL" in (crash_reason(network, script) or "")
    assert runs(tmp_path) == 2


def test_crash_reason_ignores_exceptions(network: OnnxModel, tmp_path: Path) -> None:
    assert crash_reason(network, probe(tmp_path, "raise RuntimeError('no such operator')")) is None


def test_crash_reason_times_out(
    network: OnnxModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crash_check, "TIMEOUT", 0.3)
    script = probe(tmp_path, "import threading; threading.Event().wait()")
    assert "could not be checked" in (crash_reason(network, script) or "")


def test_crash_reason_checks_each_model(network: OnnxModel, tmp_path: Path) -> None:
    script = probe(tmp_path, "")
    assert crash_reason(network, script) is None
    assert crash_reason(network.baked((1.0, 0.0)), script) is None
    assert crash_reason(network.baked((0.0, 1.0)), script) is None  # same code as the one before
    assert runs(tmp_path) == 2


def test_open_openvino_refuses_after_crash(
    network: OnnxModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino, "crash_reason", lambda network: "it crashes on this processor")
    with pytest.raises(DeviceError, match="OpenVINO does not run: it crashes") as caught:
        openvino.open_openvino(network, DEVICES["openvino"], EngineSettings(1), (64, 64))
    assert caught.value.hint
