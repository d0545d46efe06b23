"""What may crash or hang is tried in a process of its own."""

import os
import signal
import time
from functools import partial

import pytest

from realtime_nst.doctor.isolation import run_isolated


def test_a_trial_gives_its_result() -> None:
    assert run_isolated(partial(divmod, 17, 5)).result == (3, 2)


def test_a_trial_that_crashes_is_told_of() -> None:
    outcome = run_isolated(os.abort)
    assert outcome.result is None
    assert "crashed (SIGABRT)" in outcome.trouble


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_crash_of_a_native_library_is_told_of() -> None:
    """As OpenVINO's on processors it was not made for (openvino#35943)."""
    outcome = run_isolated(partial(signal.raise_signal, signal.SIGFPE))
    assert "crashed (SIGFPE)" in outcome.trouble


def test_a_trial_that_hangs_is_ended() -> None:
    began = time.monotonic()
    outcome = run_isolated(partial(time.sleep, 60), patience=0.1)
    assert outcome.trouble == "no answer within 0.1 seconds"
    assert time.monotonic() - began < 30


def test_a_trial_that_raises_says_what() -> None:
    assert run_isolated(partial(int, "many")).trouble.startswith("ValueError: invalid literal")


# Packages
