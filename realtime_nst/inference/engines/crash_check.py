"""Try OpenVINO where it can do no harm before it is let into this process.

On some processors it has crashed while it compiled a model (openvino#35943), which no exception
tells of and which would end a recording. So each model is run once in a process of its own, and the
outcome is remembered for this machine and version.
"""

import signal
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from realtime_nst import __version__
from realtime_nst.errors import MissingExtraError
from realtime_nst.inference.cache import Key, recall, remember
from realtime_nst.inference.devices import DEVICES
from realtime_nst.machine import cpu_name
from realtime_nst.models.onnx_model import OnnxModel

PROBE = Path(__file__).with_name("crash_check_worker.py")
PATIENCE = 60.0
"""Seconds for a probe; a sound one takes about one."""
KIND = "openvino"
RAN, RAISED = 0, 1
"""Exit codes of a probe that did no harm; what it raised will be raised, and told of, here, too."""
CRASHES = {signal.SIGILL, signal.SIGFPE, signal.SIGSEGV, signal.SIGABRT}
"""Signals that come from what was run, and not from outside."""
WINDOWS_CRASH = 0xC0000000
"""Its exit codes from here on say the same."""


def crash_reason(network: OnnxModel, probe: Path = PROBE) -> str | None:
    """Why OpenVINO must not open a network here; None if it may.

    Args:
        network: as it will be run.
        probe: the script to run.

    Raises:
        MissingExtra: OpenVINO is not installed.
    """
    key = _key(network)
    known = recall(KIND, key)
    if not isinstance(known, int):
        try:
            known = _exit_code(network, probe)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it could not be tried: {error}"  # the machine's trouble of the moment
        if known in (RAN, RAISED) or -known in CRASHES or known >= WINDOWS_CRASH:
            remember(KIND, key, known)
    return None if known in (RAN, RAISED) else f"it crashes on this processor ({_named(known)})"


def _key(network: OnnxModel) -> Key:
    # The styles of a model differ in numbers only, not in what is compiled.
    return {
        "processor": cpu_name(),
        "versions": [__version__, _version()],
        "recipe": network.card.recipe_sha256,
        "model": [network.card.name, network.card.precision, network.is_multi_style],
    }


def _version() -> str:
    try:
        return version("openvino")
    except PackageNotFoundError as error:
        raise MissingExtraError("OpenVINO is not installed", DEVICES["openvino"].hint) from error


def _exit_code(network: OnnxModel, probe: Path) -> int:
    command = [sys.executable, "-P", str(probe)]
    told = subprocess.run(
        command, input=network.model, capture_output=True, timeout=PATIENCE, check=False
    )
    return told.returncode


def _named(code: int) -> str:
    """A process that was ended by a signal has its negative as exit code."""
    known = {each.value: each.name for each in signal.Signals}
    return known.get(-code, f"exit code {code}")
