"""Virtual environments on the oldest and the newest Python of this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from environment import ROOT, nvidia_driver, pick_runtime, say

SUPPORTED = tuple((3, minor) for minor in range(11, 15))
"""Versions of Python for which the packages have wheels."""
FOLDER = ROOT / ".venvs"
PACKAGES = (
    *("av", "numpy", "opencv-python", "opencv-python-headless", "typer"),
    *("onnxruntime", "onnxruntime-gpu"),
)
"""The main dependencies, whose versions are reported."""
VERSIONS = """
import platform, sys
from importlib.metadata import PackageNotFoundError, version
found = []
for name in sys.argv[1:]:
    try:
        found.append(f"{name} {version(name)}")
    except PackageNotFoundError:
        pass
print(f"Python {platform.python_version()}:", ", ".join(found))
"""

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Environment:
    """One Python with one choice of dependency versions."""

    name: str
    base: Path
    """The interpreter that the environment is made from."""
    resolution: str
    """``lowest-direct`` or ``highest``: which versions uv picks for the direct dependencies."""

    @property
    def python(self) -> Path:
        """The environment's own interpreter."""
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return FOLDER / self.name / inside


def environments() -> tuple[Environment, Environment]:
    """Create environments of the oldest Python and dependencies, and of the newest."""
    found = find_pythons()
    oldest, newest = min(found), max(found)
    return (
        Environment("oldest", found[oldest], "lowest-direct"),
        Environment("newest", found[newest], "highest"),
    )


def find_pythons() -> dict[Version, Path]:
    """Supported interpreters by version; the one that runs this script comes first."""
    found: dict[Version, Path] = {}
    for path in candidates():
        version = version_of(path)
        if version in SUPPORTED:
            found.setdefault(version, path)
    return found


def candidates() -> Iterator[Path]:
    """Interpreters that may be there: this one, those on PATH, and pyenv's."""
    yield Path(getattr(sys, "_base_executable", sys.executable))
    for major, minor in SUPPORTED:
        if path := shutil.which(f"python{major}.{minor}"):
            yield Path(path)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/3.*/bin/python"))


def version_of(path: Path) -> Version | None:
    """Major and minor version of an interpreter; None if it does not run, as pyenv's shims may."""
    query = [str(path), "-c", "import sys; print(*sys.version_info[:2])"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return None
    major, minor = answer.stdout.split()
    return int(major), int(minor)


def build(environment: Environment, uv: Path) -> None:
    """Create or complete an environment, with the project and all that its tests need."""
    python = environment.python
    if not python.exists():
        command = [str(uv), "venv", "--quiet", "--python", str(environment.base)]
        subprocess.run([*command, str(FOLDER / environment.name)], check=True)
    extras = f"{ROOT}[{pick_runtime(nvidia_driver())},dev]"
    install = ["pip", "install", "--quiet", "--python", str(python)]
    how = ["--resolution", environment.resolution, "--editable", extras]
    subprocess.run([str(uv), *install, *how], check=True)


def describe(environment: Environment) -> str:
    """Name the versions of Python and of the main dependencies."""
    query = [str(environment.python), "-c", VERSIONS, *PACKAGES]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Print which interpreters the tests would run on."""
    for (major, minor), path in sorted(find_pythons().items()):
        say(f"{major}.{minor}  {path}")


if __name__ == "__main__":
    main()
