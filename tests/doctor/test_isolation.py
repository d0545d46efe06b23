"""Functions that may crash or hang run in a separate process."""

import os
import signal
import time
from functools import partial

import pytest

from realtime_nst.doctor.isolation import run_isolated


def test_run_isolated_result() -> None:
    assert run_isolated(partial(divmod, 17, 5)).result == (3, 2)


def test_run_isolated_crash() -> None:
    outcome = run_isolated(os.abort)
    assert outcome.result is None
    assert "crashed (SIGABRT)" in outcome.error


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_run_isolated_native_crash() -> None:
    """OpenVINO crashes like this on unsupported CPUs (openvino#35943)."""
    outcome = run_isolated(partial(signal.raise_signal, signal.SIGFPE))
    assert "crashed (SIGFPE)" in outcome.error


def test_run_isolated_timeout() -> None:
    started = time.monotonic()
    outcome = run_isolated(partial(time.sleep, 60), timeout=0.1)
    assert outcome.error == "no answer within 0.1 seconds"
    assert time.monotonic() - started < 30


def test_run_isolated_exception() -> None:
    assert run_isolated(partial(int, "many")).error.startswith("ValueError: invalid literal")


# Packages
