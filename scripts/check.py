"""Everything CI checks: ``python scripts/check.py``. Sets up ``.venv`` first."""

import signal
import subprocess
import sys
from pathlib import Path

from environment import ROOT, prepare, say

CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "tests": ("pytest", "--ignore", "tests/train"),
    "tests of training": ("pytest", "tests/train"),
}


def main() -> int:
    """Run every check, also after one failed; the exit code is the number that failed."""
    python = prepare("train", "dev")
    failed = [name for name, check in CHECKS.items() if not passes(python, name, check)]
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return len(failed)


def passes(python: Path, name: str, check: tuple[str, ...]) -> bool:
    """Whether one check passes; its output goes to the reader."""
    say(f"== {name}: {' '.join(check)}")
    code = subprocess.run([str(python), "-m", *check], cwd=ROOT, check=False).returncode
    if code < 0:
        say(f"{name} did not end by itself: {signal.Signals(-code).name}")
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
