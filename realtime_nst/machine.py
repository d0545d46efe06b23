"""The machine that figures belong to."""

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
"""What speed hangs on, in Linux's words: wide registers, products of bytes, bfloat16."""
PACKAGES = (
    *("realtime-nst", "numpy", "av", "opencv-python", "opencv-python-headless"),
    *("opencv-contrib-python", "opencv-contrib-python-headless"),
    *("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino"),
    *("openvino", "pyvirtualcam"),
)
"""Whose version can change what a frame costs."""
NOISE = re.compile(r"\((?:r|tm)\)|\bcpu\b|\bprocessor\b|\d+-core|@.*", re.IGNORECASE)
"""What makers add to a processor's name."""
PATIENCE = 10.0
"""Seconds for a system's own tool to answer."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics card by NVIDIA, as its driver describes it."""

    name: str
    driver: str
    memory: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What runs, on what."""

    cpu: str
    cores: int
    """Physical ones that this process may use."""
    flags: tuple[str, ...]
    """Of ``FLAGS`` those it has; none where the system does not tell."""
    gpus: tuple[Gpu, ...]
    system: str
    """``Linux 6.1 x86_64``."""
    python: str
    versions: dict[str, str]
    """Of the packages that are installed."""

    @property
    def slug(self) -> str:
        """A name for files: ``amd-epyc-2-cores-linux``."""
        plural = "" if self.cores == 1 else "s"
        cores, system = f"{self.cores} core{plural}", self.system.split()[0]
        words = " ".join((self.cpu, cores, *(gpu.name for gpu in self.gpus), system))
        return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def describe_machine() -> Machine:
    """Look at the machine this runs on."""
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
    """The processor's name without its maker's ornaments."""
    if cpuinfo.is_file():
        name = _field(cpuinfo.read_text(), "model name", "Model")
    elif sys.platform == "darwin":
        name = _answer("sysctl", "-n", "machdep.cpu.brand_string")
    else:
        name = platform.processor()
    return " ".join(NOISE.sub(" ", name).split()) or platform.machine()


def processor_flags(cpuinfo: Path = CPUINFO) -> tuple[str, ...]:
    """Those of ``FLAGS`` the processor has, in their order."""
    if cpuinfo.is_file():
        known = _field(cpuinfo.read_text(), "flags", "Features").split()
    elif sys.platform == "darwin":
        known = _apple_flags(_answer("sysctl", "hw.optional"))
    else:
        known = []
    return tuple(flag for flag in FLAGS if flag in known)


def nvidia_gpus() -> tuple[Gpu, ...]:
    """NVIDIA's cards, by the tool that comes with its driver."""
    fields = "--query-gpu=name,driver_version,memory.total"
    lines = _answer("nvidia-smi", fields, "--format=csv,noheader").splitlines()
    parts = [[cell.strip() for cell in line.split(",")] for line in lines]
    return tuple(Gpu(*cells) for cells in parts if len(cells) == 3)


def installed_versions() -> dict[str, str]:
    """Of ``PACKAGES`` those that are installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def usable_cores() -> int:
    """Physical cores this process may run on.

    ONNX Runtime counts the whole machine's, also where ``taskset`` or a container gives us fewer.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    topology = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    files = [Path(topology.format(cpu)) for cpu in os.sched_getaffinity(0)]
    siblings = {file.read_text() if file.is_file() else str(file) for file in files}
    return len(siblings)


def usable_cpus() -> int:
    """Number of logical CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_threads(threads: int | None) -> int:
    """Return the number of threads to run: one for each core by default, at most one for each CPU.

    Threads beyond that wait for one another: hundreds of them stop a machine.
    """
    return min(threads or usable_cores(), usable_cpus())


def load_average() -> float | None:
    """How many processes wanted to run at once over the last minute; None where nobody counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _field(text: str, *names: str) -> str:
    """The first line ``name : value`` of a file like ``/proc/cpuinfo``."""
    for name in names:
        if match := re.search(rf"^{name}\s*:\s*(.*)$", text, re.MULTILINE):
            return match[1]
    return ""


def _apple_flags(text: str) -> list[str]:
    """``sysctl``'s names in Linux's words."""
    words = {"FEAT_DotProd": "asimddp", "FEAT_I8MM": "i8mm", "FEAT_BF16": "bf16", "avx2_0": "avx2"}
    return [word for name, word in words.items() if re.search(rf"\b{name}: 1", text)]


def _answer(tool: str, *arguments: str) -> str:
    """What a tool prints; nothing if it is missing or fails."""
    path = shutil.which(tool)
    if path is None:
        return ""
    try:
        told = subprocess.run(
            [path, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout if told.returncode == 0 else ""
