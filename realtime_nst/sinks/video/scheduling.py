"""Keep an encoder from taking the whole machine."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

THREADS = Path("/proc/self/task")


@contextmanager
def ordinary_scheduling() -> Iterator[None]:
    """Return threads to ordinary scheduling if the block took them out of it.

    SVT-AV1 opened by root on Linux gives its threads, and the one that opens it, the highest
    real-time priority: nothing else runs while they have work, neither windows nor other programs.
    """
    if sys.platform != "linux" or os.sched_getscheduler(0) != os.SCHED_OTHER:
        yield
        return
    yield
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        for thread in THREADS.iterdir():
            with suppress(OSError):  # it has ended
                os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))
