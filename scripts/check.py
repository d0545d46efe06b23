"""Everything CI checks: ``python scripts/check.py``. Sets up ``.venv`` first."""

import subprocess
import sys
from pathlib import Path

from environment import ROOT, prepare, say

CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "tests": ("pytest",),
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
    return subprocess.run([str(python), "-m", *check], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
