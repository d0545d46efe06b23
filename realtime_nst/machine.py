"""Describe the host: CPU, GPUs and package versions, stored with every benchmark."""

import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
FLAGS = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"),
    *("asimddp", "i8mm", "bf16"),
)
"""CPU flags that affect speed, as named by Linux: vector width, int8 dot products, bfloat16."""
PACKAGES = (
    *("realtime-nst", "numpy", "av", "opencv-python", "opencv-python-headless"),
    *("opencv-contrib-python", "opencv-contrib-python-headless"),
    *("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino"),
    *("openvino", "pyvirtualcam"),
)
"""Packages whose version can change the time per frame."""
NOISE = re.compile(r"\((?:r|tm)\)|\bcpu\b|\bprocessor\b|\d+-core|@.*", re.IGNORECASE)
"""Parts of a CPU's name that do not identify it: trademarks, core counts, clock rates."""
PATIENCE = 10.0
"""Timeout in seconds for a tool of the operating system."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """An NVIDIA GPU as described by its driver."""

    name: str
    driver: str
    memory: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Hardware and software of a host."""

    cpu: str
    cores: int
    """Physical cores available to this process."""
    flags: tuple[str, ...]
    """Supported flags among ``FLAGS``; empty where the operating system does not report them."""
    gpus: tuple[Gpu, ...]
    system: str
    """Operating system: ``Linux 6.1 x86_64``."""
    python: str
    """Version of Python."""
    versions: dict[str, str]
    """Versions of the installed packages among ``PACKAGES``."""

    @property
    def slug(self) -> str:
        """Name for files: ``amd-epyc-2-cores-linux``."""
        plural = "" if self.cores == 1 else "s"
        cores, system = f"{self.cores} core{plural}", self.system.split()[0]
        words = " ".join((self.cpu, cores, *(gpu.name for gpu in self.gpus), system))
        return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def describe_machine() -> Machine:
    """Describe the host this process runs on."""
    return Machine(
        cpu=cpu_name(),
        cores=usable_cores(),
        flags=processor_flags(),
        gpus=nvidia_gpus(),
        system=" ".join((platform.system(), platform.release(), platform.machine())),
        python=platform.python_version(),
        versions=installed_versions(),
    )


def cpu_name(cpuinfo: Path = CPUINFO) -> str:
    """Return the CPU's name without trademarks, core counts and clock rates."""
    if cpuinfo.is_file():
        name = _field(cpuinfo.read_text(), "model name", "Model")
    elif sys.platform == "darwin":
        name = _tool_output("sysctl", "-n", "machdep.cpu.brand_string")
    else:
        name = platform.processor()
    return " ".join(NOISE.sub(" ", name).split()) or platform.machine()


def processor_flags(cpuinfo: Path = CPUINFO) -> tuple[str, ...]:
    """Return the flags among ``FLAGS`` that the CPU supports, in the same order."""
    if cpuinfo.is_file():
        known = _field(cpuinfo.read_text(), "flags", "Features").split()
    elif sys.platform == "darwin":
        known = _apple_flags(_tool_output("sysctl", "hw.optional"))
    else:
        known = []
    return tuple(flag for flag in FLAGS if flag in known)


def nvidia_gpus() -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs listed by ``nvidia-smi``, which comes with the driver."""
    fields = "--query-gpu=name,driver_version,memory.total"
    lines = _tool_output("nvidia-smi", fields, "--format=csv,noheader").splitlines()
    parts = [[cell.strip() for cell in line.split(",")] for line in lines]
    return tuple(Gpu(*cells) for cells in parts if len(cells) == 3)


def installed_versions() -> dict[str, str]:
    """Return the versions of the installed packages among ``PACKAGES``."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def usable_cores() -> int:
    """Return the number of physical cores available to this process.

    ONNX Runtime counts all cores of the machine, even if ``taskset`` or a container allows fewer.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    topology = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    files = [Path(topology.format(cpu)) for cpu in os.sched_getaffinity(0)]
    siblings = {file.read_text() if file.is_file() else str(file) for file in files}
    return len(siblings)


def usable_cpus() -> int:
    """Return the number of logical CPUs available to this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_threads(threads: int | None) -> int:
    """Return the number of threads to run: by default one per core, at most one per logical CPU.

    More threads than CPUs wait for one another; hundreds of them make a machine unresponsive.
    """
    return min(threads or usable_cores(), usable_cpus())


def load_average() -> float | None:
    """Return the load average of the last minute; None where the system has none (Windows)."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _field(text: str, *names: str) -> str:
    """Return the value of the first line ``name : value`` in text like ``/proc/cpuinfo``."""
    for name in names:
        if match := re.search(rf"^{name}\s*:\s*(.*)$", text, re.MULTILINE):
            return match[1]
    return ""


def _apple_flags(text: str) -> list[str]:
    """Translate the names of ``sysctl`` into those of Linux."""
    names = {"FEAT_DotProd": "asimddp", "FEAT_I8MM": "i8mm", "FEAT_BF16": "bf16", "avx2_0": "avx2"}
    return [flag for name, flag in names.items() if re.search(rf"\b{name}: 1", text)]


def _tool_output(tool: str, *arguments: str) -> str:
    """Return what a tool prints; empty if it is missing or fails."""
    path = shutil.which(tool)
    if path is None:
        return ""
    try:
        finished = subprocess.run(
            [path, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return finished.stdout if finished.returncode == 0 else ""
