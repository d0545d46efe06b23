"""Try something in a process of its own: a library or a device can crash, or hang for ever."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import Signals
from typing import Generic, TypeVar

from realtime_nst.errors import NstError
from realtime_nst.extras import explain_import_error

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds a trial may take."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """How a trial ended."""

    result: T | None
    """None: it failed."""
    trouble: str = ""
    """Why, in one line."""
    cure: str = ""
    """What to type, where that is known."""


def run_isolated(trial: Callable[[], T], patience: float = PATIENCE) -> Outcome[T]:
    """Run a function of a module, with arguments that can be pickled, and say how it went.

    What libraries print meanwhile is lost.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(trial, there), daemon=True)
    process.start()
    there.close()
    try:
        outcome: Outcome[T] = here.recv() if here.poll(patience) else _hung(patience)
    except EOFError:
        process.join()
        return Outcome(None, _crash(process.exitcode or 0))
    finally:
        here.close()
        process.kill()
        process.join()
    return outcome


def _work(trial: Callable[[], T], answer: Connection) -> None:
    """In the other process."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        answer.send(Outcome(trial()))
    except NstError as error:
        answer.send(Outcome(None, str(error), error.hint))
    except ImportError as error:
        answer.send(Outcome(None, *explain_import_error(error)))
    except Exception as error:  # whatever it is, its name is worth more than an exit code
        answer.send(Outcome(None, f"{type(error).__name__}: {error}".splitlines()[0]))


def _hung(patience: float) -> Outcome[T]:
    return Outcome(None, f"no answer within {patience:g} seconds")


def _crash(code: int) -> str:
    """Describe an exit code; negative ones are signals."""
    if code < 0:
        return f"it crashed ({Signals(-code).name})"
    return f"it ended on the spot (exit code {code})"
