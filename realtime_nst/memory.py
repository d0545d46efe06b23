"""Free memory of this machine, and the check that work fits into it."""

import os
import sys
from pathlib import Path

from realtime_nst.errors import DeviceError

CGROUP = Path("/sys/fs/cgroup")
STATM = Path("/proc/self/statm")


def free_memory() -> float | None:
    """Return the bytes this process can still allocate; None if the system does not report it."""
    if not sys.platform.startswith("linux"):
        return _half_of_physical()
    limits = (_available(), _container(), _process())
    return min((limit for limit in limits if limit is not None), default=None)


def require_memory(pixels: str, need: float, free: float | None, hint: str) -> None:
    """Check that stylizing images of a size fits into memory.

    Args:
        pixels: the size, for the message: ``4000x3000``.
        need: bytes needed.
        free: bytes free, or None if unknown.
        hint: hint of the error.

    Raises:
        DeviceError: more memory is needed than is free.
    """
    if free is not None and need > free:
        needed = f"about {need / 1e9:.1f} GB of memory are needed, {free / 1e9:.1f} GB are free"
        raise DeviceError(f"cannot stylize {pixels} pixels: {needed}", hint)


def _available() -> float | None:
    """Return the bytes that the kernel can allocate without swapping."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(float(line.split()[1]) * 1024 for line in lines if "MemAvailable" in line)
    except (OSError, StopIteration):
        return None


def _container(cgroup: Path = CGROUP) -> float | None:
    """Return the bytes left below a container's limit; reclaimable file cache counts as free."""
    try:
        limit = float((cgroup / "memory.max").read_text())
        used = float((cgroup / "memory.current").read_text())
        stat = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no container, or no limit ("max")
        return None
    return limit - used + float(stat.get("inactive_file", 0))


def _process() -> float | None:
    """Return the bytes left below the limit of ``ulimit -v``."""
    import resource  # missing on Windows

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    used = int(STATM.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return float(limit - used)


def _half_of_physical() -> float | None:
    """Return half of the physical memory, where free memory is unknown without another package."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2
    except (AttributeError, ValueError, OSError):  # Windows
        return None
