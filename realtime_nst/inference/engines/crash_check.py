"""Check in a separate process that OpenVINO does not crash on a model.

On some CPUs it has crashed while compiling a model (openvino#35943), which raises no exception and
would end a recording. So each model is run once in a separate process, and the result is cached
for this machine and version.
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

WORKER = Path(__file__).with_name("crash_check_worker.py")
TIMEOUT = 60.0
"""Timeout of a check in seconds; it usually takes about one."""
KIND = "openvino"
"""Folder of the results in the cache."""
RAN, RAISED = 0, 1
"""Exit codes without a crash; an exception will be raised again, and reported, in this process."""
CRASHES = {signal.SIGILL, signal.SIGFPE, signal.SIGSEGV, signal.SIGABRT}
"""Signals raised by the code that was run, as opposed to signals sent by other processes."""
WINDOWS_CRASH = 0xC0000000
"""Smallest exit code of a crash on Windows."""


def crash_reason(network: OnnxModel, worker: Path = WORKER) -> str | None:
    """Return why OpenVINO must not open a model on this machine; None if it may.

    Args:
        network: the model as it will be run.
        worker: the script to run.

    Raises:
        MissingExtraError: OpenVINO is not installed.
    """
    key = _key(network)
    code = recall(KIND, key)
    if not isinstance(code, int):
        try:
            code = _exit_code(network, worker)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it could not be checked: {error}"  # may be temporary, so it is not cached
        if code in (RAN, RAISED) or -code in CRASHES or code >= WINDOWS_CRASH:
            remember(KIND, key, code)
    return None if code in (RAN, RAISED) else f"it crashes on this processor ({_code_name(code)})"


def _key(network: OnnxModel) -> Key:
    # The styles of a model differ only in values, not in the compiled code.
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


def _exit_code(network: OnnxModel, worker: Path) -> int:
    command = [sys.executable, "-P", str(worker)]
    finished = subprocess.run(
        command, input=network.model, capture_output=True, timeout=TIMEOUT, check=False
    )
    return finished.returncode


def _code_name(code: int) -> str:
    """Return the name of the signal that ended a process (a negative code), or the exit code."""
    names = {each.value: each.name for each in signal.Signals}
    return names.get(-code, f"exit code {code}")
