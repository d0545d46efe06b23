"""Format commands for hints."""

import shlex
import subprocess
import sys


def command(*words: object) -> str:
    """Return ``realtime-nst WORDS``, quoted for the shell of this operating system.

    >>> command("export", "runs/my sunset", "my sunset.onnx")
    "realtime-nst export 'runs/my sunset' 'my sunset.onnx'"
    """
    texts = ["realtime-nst", *map(str, words)]
    return subprocess.list2cmdline(texts) if sys.platform == "win32" else shlex.join(texts)
