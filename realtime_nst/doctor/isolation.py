"""Run a function in a separate process, because libraries and devices can crash or hang."""

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

TIMEOUT = 60.0
"""Seconds that a function may take."""


@dataclass(frozen=True, slots=True)
class IsolatedResult(Generic[T]):
    """Result or error of a function that ran in a separate process."""

    result: T | None
    """Result; None if the function failed."""
    error: str = ""
    """Error in one line."""
    hint: str = ""
    """Hint of the error, if it has one."""


def run_isolated(function: Callable[[], T], timeout: float = TIMEOUT) -> IsolatedResult[T]:
    """Run a function in a separate process; its output is discarded.

    Args:
        function: can be pickled, e.g. a ``partial`` of a function of a module.
        timeout: seconds after which the process is killed.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(function, sender), daemon=True)
    process.start()
    sender.close()
    try:
        outcome: IsolatedResult[T] = (
            receiver.recv() if receiver.poll(timeout) else _timed_out(timeout)
        )
    except EOFError:
        process.join()
        return IsolatedResult(None, _describe_exit(process.exitcode or 0))
    finally:
        receiver.close()
        process.kill()
        process.join()
    return outcome


def _run(function: Callable[[], T], sender: Connection) -> None:
    """Run the function in the child process and send its outcome."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)
    try:
        sender.send(IsolatedResult(function()))
    except NstError as error:
        sender.send(IsolatedResult(None, str(error), error.hint))
    except ImportError as error:
        sender.send(IsolatedResult(None, *explain_import_error(error)))
    except Exception as error:  # the name of any exception says more than an exit code
        sender.send(IsolatedResult(None, f"{type(error).__name__}: {error}".splitlines()[0]))


def _timed_out(timeout: float) -> IsolatedResult[T]:
    return IsolatedResult(None, f"no answer within {timeout:g} seconds")


def _describe_exit(code: int) -> str:
    """Describe an exit code; negative ones are signals."""
    if code < 0:
        return f"it crashed ({Signals(-code).name})"
    return f"it ended without a result (exit code {code})"
