"""Check encoders, the window, cameras and the virtual camera."""

from collections.abc import Iterator
from functools import partial

from realtime_nst.doctor.finding import Finding
from realtime_nst.doctor.isolation import run_isolated
from realtime_nst.doctor.probes import (
    encode,
    list_cameras,
    read_camera,
    show_window,
    write_virtual_camera,
)
from realtime_nst.extras import install_command
from realtime_nst.inference.devices import installed, nvidia_driver

CODECS = ("h264", "hevc", "av1", "vp9", "prores", "ffv1")
"""Software codecs among the values of ``--codec``."""
HARDWARE = (
    *("h264_nvenc", "hevc_nvenc", "av1_nvenc"),
    *("h264_qsv", "hevc_qsv", "av1_qsv"),
)
"""Hardware codecs among the values of ``--codec``."""
LIST_HINT = "realtime-nst cameras  # lists cameras and the programs that use them"
CAMERA_TIMEOUT = 20.0
"""Seconds for a camera to deliver a frame: on Windows some need that long."""


def encoders() -> Iterator[Finding]:
    """Check each codec by encoding a frame: being part of the build is no proof."""
    outcome = run_isolated(partial(encode, CODECS))
    errors = outcome.result or dict.fromkeys(CODECS, outcome.error)
    broken = [name for name, error in errors.items() if error]
    if broken:
        line = f"cannot encode {', '.join(broken)}: {errors[broken[0]]}"
        yield Finding("warn", "encoders", line, "pip install --upgrade --force-reinstall av")
    else:
        yield Finding("ok", "encoders", ", ".join(CODECS))


def hardware_encoders() -> Iterator[Finding]:
    """Check the encoders of GPUs; with an NVIDIA driver at least one should run."""
    outcome = run_isolated(partial(encode, HARDWARE))
    errors = outcome.result or dict.fromkeys(HARDWARE, outcome.error)
    working = [name for name, error in errors.items() if not error]
    if working:
        yield Finding("ok", "hardware encoders", ", ".join(working))
    elif nvidia_driver():
        line = f"none runs: {errors[HARDWARE[0]]}"
        yield Finding("warn", "hardware encoders", line, "--codec h264  # runs on the CPU")
    else:
        yield Finding("ok", "hardware encoders", "none: no NVIDIA driver, no Quick Sync by Intel")


def window() -> Iterator[Finding]:
    """Check that a window opens; it is visible for a moment."""
    outcome = run_isolated(show_window)
    if outcome.result is None:
        hint = outcome.hint or "realtime-nst webcam --sink null  # needs no screen"
        yield Finding("warn", "window", outcome.error, hint)
    else:
        yield Finding("ok", "window", f"opens ({outcome.result})")


def cameras() -> Iterator[Finding]:
    """Check every camera by opening it."""
    listed = run_isolated(list_cameras)
    if listed.result is None:
        yield Finding("warn", "cameras", listed.error, listed.hint or LIST_HINT)
    elif not listed.result:
        line = "none found: plug one in; for a virtual machine, pass it through"
        yield Finding("warn", "cameras", line, LIST_HINT)
    for index in listed.result or ():
        outcome = run_isolated(partial(read_camera, index), CAMERA_TIMEOUT)
        if outcome.result is None:
            yield Finding("warn", "cameras", outcome.error, outcome.hint or LIST_HINT)
        else:
            yield Finding("ok", "cameras", outcome.result)


def virtual_camera() -> Iterator[Finding]:
    """Check the virtual camera, which other programs can use as a webcam."""
    if not installed("pyvirtualcam"):
        hint = install_command("virtualcam")
        yield Finding("ok", "virtual camera", "not installed; for Zoom and browsers", hint)
        return
    outcome = run_isolated(write_virtual_camera, CAMERA_TIMEOUT)
    if outcome.result is None:
        hint = outcome.hint or "realtime-nst webcam --sink window"
        yield Finding("warn", "virtual camera", outcome.error, hint)
    else:
        yield Finding("ok", "virtual camera", outcome.result)
