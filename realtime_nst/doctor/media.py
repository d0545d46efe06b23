"""Where pictures can come from and go."""

from collections.abc import Iterator
from functools import partial

from realtime_nst.doctor.finding import Finding
from realtime_nst.doctor.isolation import run_isolated
from realtime_nst.doctor.probes import encode, list_cameras, look, pretend, show
from realtime_nst.extras import install_command
from realtime_nst.inference.devices import installed, nvidia_driver

CODECS = ("h264", "hevc", "av1", "vp9", "prores", "ffv1")
HARDWARE = (
    *("h264_nvenc", "hevc_nvenc", "av1_nvenc"),
    *("h264_qsv", "hevc_qsv", "av1_qsv"),
)
"""Names that ``--codec`` takes."""
LIST = "realtime-nst cameras  # says which there are, and who uses them"
CAMERA_PATIENCE = 20.0
"""Seconds for a camera to show something: on Windows some take that long."""


def encoders() -> Iterator[Finding]:
    """Each codec, by encoding a frame: that a build knows an encoder proves nothing."""
    outcome = run_isolated(partial(encode, CODECS))
    broken = outcome.result or dict.fromkeys(CODECS, outcome.trouble)
    missing = [name for name, trouble in broken.items() if trouble]
    works = [name for name in CODECS if name not in missing]
    if missing:
        line = f"{', '.join(missing)} cannot be written: {broken[missing[0]]}"
        yield Finding("warn", "encoders", line, "pip install --upgrade --force-reinstall av")
    else:
        yield Finding("ok", "encoders", ", ".join(works))


def hardware_encoders() -> Iterator[Finding]:
    """Those of GPUs; that none runs is a trouble where NVIDIA's driver is there."""
    outcome = run_isolated(partial(encode, HARDWARE))
    troubles = outcome.result or dict.fromkeys(HARDWARE, outcome.trouble)
    works = [name for name, trouble in troubles.items() if not trouble]
    if works:
        yield Finding("ok", "hardware encoders", ", ".join(works))
    elif nvidia_driver():
        line = f"none runs: {troubles[HARDWARE[0]]}"
        yield Finding("warn", "hardware encoders", line, "--codec h264  # runs on the CPU")
    else:
        yield Finding("ok", "hardware encoders", "none: no NVIDIA driver, no Quick Sync by Intel")


def window() -> Iterator[Finding]:
    """Check that a window opens, for a moment."""
    outcome = run_isolated(show)
    if outcome.result is None:
        cure = outcome.cure or "realtime-nst webcam --sink null  # needs no screen"
        yield Finding("warn", "window", outcome.trouble, cure)
    else:
        yield Finding("ok", "window", f"opens ({outcome.result})")


def cameras() -> Iterator[Finding]:
    """Every camera, by looking through it."""
    listed = run_isolated(list_cameras)
    if listed.result is None:
        yield Finding("warn", "cameras", listed.trouble, listed.cure or LIST)
    elif not listed.result:
        line = "none found: plug one in; a virtual machine must be given it"
        yield Finding("warn", "cameras", line, LIST)
    for index in listed.result or ():
        outcome = run_isolated(partial(look, index), CAMERA_PATIENCE)
        if outcome.result is None:
            yield Finding("warn", "cameras", outcome.trouble, outcome.cure or LIST)
        else:
            yield Finding("ok", "cameras", outcome.result)


def virtual_camera() -> Iterator[Finding]:
    """Check for a camera that other programs see."""
    if not installed("pyvirtualcam"):
        cure = install_command("virtualcam")
        yield Finding("ok", "virtual camera", "not installed; for Zoom and browsers", cure)
        return
    outcome = run_isolated(pretend, CAMERA_PATIENCE)
    if outcome.result is None:
        cure = outcome.cure or "realtime-nst webcam --sink window"
        yield Finding("warn", "virtual camera", outcome.trouble, cure)
    else:
        yield Finding("ok", "virtual camera", outcome.result)
