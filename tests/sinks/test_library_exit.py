"""Outputs are finished when a library calls ``exit`` in a program of its own."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
PROGRAM = """
import ctypes
from realtime_nst.sinks.library_exit import finish_at_library_exit

exit = ctypes.CDLL(None).exit
with finish_at_library_exit(lambda: print("outer")):
    with finish_at_library_exit(lambda: print("inner")):
        {inside}
{after}
"""


@pytest.mark.parametrize(
    ("inside", "after", "said", "code"),
    [
        ("exit(7)", "", ["inner", "outer"], 1),
        ("pass", "", [], 0),
        ("pass", "exit(7)", [], 7),
    ],
)
def test_finish_at_library_exit(inside: str, after: str, said: list[str], code: int) -> None:
    program = PROGRAM.format(inside=inside, after=after)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert done.stdout.split() == said
