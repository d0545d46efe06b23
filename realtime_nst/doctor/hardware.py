"""What networks can run on here, and what really runs."""

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
from realtime_nst.doctor.probes import SIZE, paint
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
"""The first onnxruntime-gpu built for it."""
DRIVERS = {13: 580, 12: 525}
"""By CUDA's major version the oldest driver's."""
BYTES = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}
"""Instructions that multiply bytes: int8 models live on them."""
SLOW = 1000 / 15
"""Milliseconds a frame beyond which nobody calls it live."""
FASTER = "realtime-nst video in.mp4 out.mp4 --style starry-night --render-scale 0.5"
CUDNN = "cudnn64_9.dll" if sys.platform == "win32" else "libcudnn.so.9"


@dataclass(frozen=True, slots=True)
class Nvidia:
    """What there is of NVIDIA."""

    card: bool
    """One is plugged in."""
    driver: bool
    """Its driver's library loads."""
    gpus: tuple[Gpu, ...]
    """As the driver describes them."""
    wheel: str | None
    """The version of onnxruntime-gpu."""
    cudnn: bool

    @property
    def cuda(self) -> int:
        """The major version that the wheel was built for."""
        numbers = tuple(int(part) for part in (self.wheel or "").split(".")[:2])
        return 13 if numbers >= CUDA_13 else 12


def cpu() -> Iterator[Finding]:
    """Check the processor: number of cores, and whether int8 models will be fast."""
    cores, flags = usable_cores(), processor_flags()
    about = f"{cpu_name()}, {cores} core{'' if cores == 1 else 's'}"
    if flags and not BYTES & set(flags):
        line = f"{about}, {flags[-1]}: no AVX-512 VNNI or AVX-VNNI, so int8 models gain little"
        yield Finding("warn", "processor", line, "realtime-nst bench  # finds the fastest model")
    else:
        yield Finding("ok", "processor", ", ".join((about, *flags)))


def idle() -> Iterator[Finding]:
    """Whether the machine is free: what else runs takes its time from painting."""
    busy, cores = load_average(), usable_cores()
    if busy is not None and busy > 0.5 * cores:
        plural = "" if cores == 1 else "s"
        line = f"{format_3digits(busy)} programs want to run on {cores} core{plural}"
        cure = "tasklist" if platform.system() == "Windows" else "top"
        yield Finding("warn", "load", f"{line}: painting will be slower", cure)
    else:
        yield Finding("ok", "load", "nothing else keeps the machine busy")


def nvidia() -> Iterator[Finding]:
    """NVIDIA's card from plug to painted picture."""
    facts = nvidia_facts()
    if not facts.card and not facts.driver:
        yield Finding("ok", "NVIDIA", "no card")
    elif trouble := nvidia_trouble(facts):
        yield trouble
    else:
        yield painted("CUDA", "cuda", "warn")


def openvino() -> Iterator[Finding]:
    """Intel's engine, which is faster than ONNX Runtime on many a CPU."""
    if installed("openvino"):
        yield painted("OpenVINO", "openvino", "warn")
    else:
        cure = install_command("openvino")
        yield Finding("ok", "OpenVINO", "not installed; it can be faster on CPUs", cure)


def painting() -> Iterator[Finding]:
    """Report which device is used without ``--device``."""
    yield painted("painting", "auto", "fail")


def painted(about: str, device: str, otherwise: Level) -> Finding:
    """Paint on a device; where that fails, a finding as bad as ``otherwise``."""
    outcome = run_isolated(partial(paint, device))
    if outcome.result is None:
        known = DEVICES[device].hint if device in DEVICES else "realtime-nst styles"
        return Finding(otherwise, about, outcome.trouble, outcome.cure or known)
    model, why, milliseconds = outcome.result
    speed = f"{format_3digits(milliseconds)} ms, {format_3digits(1000 / milliseconds)} fps"
    line = f"{model} at {SIZE[0]}x{SIZE[1]}: {speed} on {why}"
    if milliseconds > SLOW:
        return Finding("warn", about, f"too slow for live: {line}", FASTER)
    return Finding("ok", about, line)


def nvidia_facts(pci: Path = PCI) -> Nvidia:
    """Look for a card, its driver and the packages for it."""
    try:
        wheel = version("onnxruntime-gpu")
    except PackageNotFoundError:
        wheel = None
    cudnn = any(installed(f"nvidia-cudnn-cu{cuda}") for cuda in DRIVERS) or loads(CUDNN)
    return Nvidia(nvidia_card(pci), nvidia_driver(), nvidia_gpus(), wheel, cudnn)


def nvidia_trouble(facts: Nvidia) -> Finding | None:
    """Check what keeps a graphics card from being used, as far as is visible without a trial."""
    driver = facts.gpus[0].driver if facts.gpus else ""
    major = int(driver.split(".")[0]) if driver else None
    if not facts.driver:
        cure = "sudo ubuntu-drivers install  # or https://www.nvidia.com/drivers; then restart"
        return _warn("there is a card, but no driver", cure)
    if facts.wheel is None:
        extra = "gpu" if major is None or major >= DRIVERS[13] else "gpu-cuda12"
        cure = f"pip uninstall -y onnxruntime && {install_command(extra)}"
        return _warn("there is a card with a driver, but onnxruntime-gpu is not installed", cure)
    if major is not None and major < DRIVERS[facts.cuda]:
        line = (
            f"driver {driver} is too old: onnxruntime-gpu {facts.wheel} needs {DRIVERS[facts.cuda]}"
        )
        if major >= DRIVERS[12]:
            cure = f"pip uninstall -y onnxruntime-gpu && {install_command('gpu-cuda12')}"
            return _warn(line, cure)
        return _warn(line, "sudo ubuntu-drivers install  # or https://www.nvidia.com/drivers")
    if not facts.cudnn:
        cure = f'pip install "onnxruntime-gpu[cuda,cudnn]=={facts.wheel}"'
        return _warn("cuDNN is missing, without which convolutions do not run", cure)
    return None


def loads(library: str) -> bool:
    """Whether the system finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _warn(line: str, cure: str) -> Finding:
    return Finding("warn", "NVIDIA", line, cure)
