"""Check the hardware that models can run on, and what really runs."""

import ctypes
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from realtime_nst.doctor.finding import Finding, Level
from realtime_nst.doctor.isolation import run_isolated
from realtime_nst.doctor.probes import SIZE, time_stylization
from realtime_nst.extras import install_command
from realtime_nst.inference.devices import DEVICES, PCI, installed, nvidia_card, nvidia_driver
from realtime_nst.machine import (
    Gpu,
    cpu_name,
    load_average,
    nvidia_gpus,
    processor_flags,
    usable_cores,
)
from realtime_nst.timing import format_3digits

CUDA_13 = (1, 27)
"""First version of onnxruntime-gpu built for CUDA 13."""
MIN_DRIVERS = {13: 580, 12: 525}
"""Oldest supported major version of the NVIDIA driver, by major version of CUDA."""
INT8_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}
"""CPU flags of int8 dot products, which make int8 models fast."""
SLOW = 1000 / 15
"""Milliseconds per frame from which live video is reported as too slow (15 fps)."""
FASTER_HINT = "realtime-nst video in.mp4 out.mp4 --style starry-night --render-scale 0.5"
CUDNN = "cudnn64_9.dll" if sys.platform == "win32" else "libcudnn.so.9"


@dataclass(frozen=True, slots=True)
class Nvidia:
    """NVIDIA hardware and software found on this machine."""

    card: bool
    """A card is plugged in."""
    driver: bool
    """The driver's library loads."""
    gpus: tuple[Gpu, ...]
    """GPUs as described by the driver."""
    wheel: str | None
    """Installed version of onnxruntime-gpu; None if it is not installed."""
    cudnn: bool
    """cuDNN is installed."""

    @property
    def cuda(self) -> int:
        """Major version of CUDA that onnxruntime-gpu was built for."""
        numbers = tuple(int(part) for part in (self.wheel or "").split(".")[:2])
        return 13 if numbers >= CUDA_13 else 12


def cpu() -> Iterator[Finding]:
    """Check the CPU: number of cores, and whether int8 models will be fast."""
    cores, flags = usable_cores(), processor_flags()
    about = f"{cpu_name()}, {cores} core{'' if cores == 1 else 's'}"
    if flags and not INT8_FLAGS & set(flags):
        line = f"{about}, {flags[-1]}: no AVX-512 VNNI or AVX-VNNI, so int8 models gain little"
        yield Finding("warn", "processor", line, "realtime-nst bench  # finds the fastest model")
    else:
        yield Finding("ok", "processor", ", ".join((about, *flags)))


def idle() -> Iterator[Finding]:
    """Check that the machine is idle: other programs slow stylization down."""
    load, cores = load_average(), usable_cores()
    if load is not None and load > 0.5 * cores:
        plural = "" if cores == 1 else "s"
        line = f"the load average is {format_3digits(load)} on {cores} core{plural}"
        hint = "tasklist" if platform.system() == "Windows" else "top"
        yield Finding("warn", "load", f"{line}: other programs slow stylization down", hint)
    else:
        yield Finding("ok", "load", "no other program keeps the machine busy")


def nvidia() -> Iterator[Finding]:
    """Check an NVIDIA GPU, from the PCI bus to a stylized frame."""
    facts = nvidia_facts()
    if not facts.card and not facts.driver:
        yield Finding("ok", "NVIDIA", "no card")
    elif problem := nvidia_problem(facts):
        yield problem
    else:
        yield check_device("CUDA", "cuda", "warn")


def openvino() -> Iterator[Finding]:
    """Check OpenVINO, which is faster than ONNX Runtime on many CPUs."""
    if installed("openvino"):
        yield check_device("OpenVINO", "openvino", "warn")
    else:
        hint = install_command("openvino")
        yield Finding("ok", "OpenVINO", "not installed; it can be faster on CPUs", hint)


def stylization() -> Iterator[Finding]:
    """Check stylization on the device used without ``--device``."""
    yield check_device("stylization", "auto", "fail")


def check_device(about: str, device: str, otherwise: Level) -> Finding:
    """Stylize frames on a device.

    Args:
        about: subject of the finding.
        device: ``auto`` or a key of ``DEVICES``.
        otherwise: level of the finding if the device does not run.
    """
    outcome = run_isolated(partial(time_stylization, device))
    if outcome.result is None:
        default = DEVICES[device].hint if device in DEVICES else "realtime-nst styles"
        return Finding(otherwise, about, outcome.error, outcome.hint or default)
    model, why, milliseconds = outcome.result
    speed = f"{format_3digits(milliseconds)} ms, {format_3digits(1000 / milliseconds)} fps"
    line = f"{model} at {SIZE[0]}x{SIZE[1]}: {speed} on {why}"
    if milliseconds > SLOW:
        return Finding("warn", about, f"too slow for live: {line}", FASTER_HINT)
    return Finding("ok", about, line)


def nvidia_facts(pci: Path = PCI) -> Nvidia:
    """Find a card, its driver and the packages for it."""
    try:
        wheel = version("onnxruntime-gpu")
    except PackageNotFoundError:
        wheel = None
    cudnn = any(installed(f"nvidia-cudnn-cu{cuda}") for cuda in MIN_DRIVERS) or loads(CUDNN)
    return Nvidia(nvidia_card(pci), nvidia_driver(), nvidia_gpus(), wheel, cudnn)


def nvidia_problem(facts: Nvidia) -> Finding | None:
    """Return what prevents using a card, found without running anything; None if nothing does."""
    driver = facts.gpus[0].driver if facts.gpus else ""
    major = int(driver.split(".")[0]) if driver else None
    if not facts.driver:
        hint = "sudo ubuntu-drivers install  # or https://www.nvidia.com/drivers; then restart"
        return _warn("a card is plugged in, but no driver is installed", hint)
    if facts.wheel is None:
        extra = "gpu" if major is None or major >= MIN_DRIVERS[13] else "gpu-cuda12"
        hint = f"pip uninstall -y onnxruntime && {install_command(extra)}"
        return _warn("onnxruntime-gpu is not installed, though a card and its driver are", hint)
    oldest = MIN_DRIVERS[facts.cuda]
    if major is not None and major < oldest:
        line = f"driver {driver} is too old: onnxruntime-gpu {facts.wheel} needs {oldest}"
        if major >= MIN_DRIVERS[12]:
            hint = f"pip uninstall -y onnxruntime-gpu && {install_command('gpu-cuda12')}"
            return _warn(line, hint)
        return _warn(line, "sudo ubuntu-drivers install  # or https://www.nvidia.com/drivers")
    if not facts.cudnn:
        hint = f'pip install "onnxruntime-gpu[cuda,cudnn]=={facts.wheel}"'
        return _warn("cuDNN is missing, which convolutions need", hint)
    return None


def loads(library: str) -> bool:
    """Return whether a shared library loads."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _warn(line: str, hint: str) -> Finding:
    return Finding("warn", "NVIDIA", line, hint)
