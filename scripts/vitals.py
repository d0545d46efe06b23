"""Measurements of a long run: frame rate, latency, and resources of the process."""

import threading
from pathlib import Path

import numpy as np


def rate(times: list[float], longest: float = float("inf")) -> float:
    """Pictures a second, without gaps longer than so many seconds: the camera was away."""
    gaps = np.diff(times)
    gaps = gaps[gaps <= longest]
    return len(gaps) / float(gaps.sum()) if len(gaps) else 0.0


def quantile(values: list[float], part: float) -> float:
    """0 of nothing."""
    return float(np.quantile(values, part)) if values else 0.0


def milliseconds(ages: list[float]) -> str:
    """``21/34/80``."""
    return "/".join(f"{1000 * quantile(ages, part):.0f}" for part in (0.5, 0.95, 1))


def megabytes() -> float:
    """Of memory this process has."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def natives() -> int:
    """Threads, of Python and of libraries."""
    return len(list(Path("/proc/self/task").iterdir()))


def files() -> int:
    """Return the number of open file descriptors."""
    return len(list(Path("/proc/self/fd").iterdir()))


def names() -> list[str]:
    """Of the threads beside this one."""
    return [
        thread.name for thread in threading.enumerate() if thread is not threading.main_thread()
    ]


def say(line: str) -> None:
    """At once, also into a pipe."""
    print(line, flush=True)
