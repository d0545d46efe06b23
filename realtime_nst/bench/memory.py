"""Peak memory of this process."""

import ctypes
import gc
import sys
from contextlib import suppress
from pathlib import Path

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEGABYTE = 1e6


def forget_peak() -> None:
    """Reset the peak on Linux. On other systems the peak is that of the whole run."""
    gc.collect()  # frees earlier sessions that tracebacks of errors still refer to
    with suppress(OSError):
        FORGET.write_text("5")  # proc(5): resets the peak resident set


def peak() -> float | None:
    """Return the peak memory in megabytes, including Python; None if the system has no value."""
    if STATUS.is_file():
        lines = STATUS.read_text().splitlines()
        return next(
            (int(line.split()[1]) * 1024 / MEGABYTE for line in lines if line.startswith("VmHWM")),
            None,
        )
    return _windows_peak() if sys.platform == "win32" else _unix_peak()


def _unix_peak() -> float:
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


class _Counters(ctypes.Structure):
    """``PROCESS_MEMORY_COUNTERS`` of the Windows API."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("faults", ctypes.c_uint32),
        ("peak", ctypes.c_size_t),
        ("others", ctypes.c_size_t * 7),
    )


def _windows_peak() -> float | None:
    if sys.platform != "win32":
        return None
    kernel, counters = ctypes.WinDLL("kernel32"), _Counters()
    counters.size = ctypes.sizeof(counters)
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    done = kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
    return counters.peak / MEGABYTE if done else None
