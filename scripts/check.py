"""Run all checks of the CI: ``python scripts/check.py``. Sets up virtual environments first."""

import argparse
import signal
import subprocess
import sys
from pathlib import Path

from environment import ROOT, prepare, say
from pythons import build, describe, environments

TORCH_TESTS = ("tests/nn", "tests/gatys", "tests/train", "tests/export", "tests/evaluate/fidelity")
"""Folders whose tests need the ``[train]`` extra."""
CHECKS = {
    "format": ("-m", "ruff", "format", "--check", "."),
    "lint": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy"),
    "tests of training": ("-m", "pytest", *TORCH_TESTS),
    "the wheel, outside the checkout": ("scripts/wheel.py", "server"),
}
RUNTIME = ("-m", "pytest")
"""Test command without torch; tests that need it are skipped."""


def main() -> int:
    """Run every check, also after one failed; the exit code is the number that failed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    python = prepare("train", "dev")
    failed = [name for name, check in CHECKS.items() if not passes(python, name, check)]
    for environment in environments():
        say(f"making the environment {environment.name!r}, on {environment.base}")
        build(environment, uv_of(python))
        name = f"runtime tests on {describe(environment)}"
        if not passes(environment.python, name, RUNTIME):
            failed.append(name)
    say(f"failed: {'; '.join(failed)}" if failed else "all checks passed")
    return len(failed)


def passes(python: Path, name: str, check: tuple[str, ...]) -> bool:
    """Whether one check passes; its output goes to the reader."""
    say(f"== {name}: python {' '.join(check)}")
    code = subprocess.run([str(python), *check], cwd=ROOT, check=False).returncode
    if code < 0:
        say(f"{name} did not end by itself: {signal.Signals(-code).name}")
    return code == 0


def uv_of(python: Path) -> Path:
    """Return the uv that is installed next to an interpreter."""
    return python.with_name("uv.exe" if python.suffix == ".exe" else "uv")


if __name__ == "__main__":
    sys.exit(main())
