"""Installation commands for packages that are missing or cannot be imported."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

NAME = "realtime-nst"
SYSTEM = ("libGL", "libxcb", "libgthread", "libglib", "libEGL")
"""Shared libraries that OpenCV's windows need and that servers and containers often lack."""


def install_command(*extras: str, again: bool = False) -> str:
    """Return the command that installs this program with extras, from its original source.

    >>> install_command("train")
    'pip install "realtime-nst[train]"'

    Args:
        extras: names of extras in ``pyproject.toml``.
        again: reinstall all packages, including those already installed.
    """
    install = "pip install --force-reinstall" if again else "pip install"
    wanted = f"[{','.join(extras)}]" if extras else ""
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file():
        return f'{install} -e "{checkout}{wanted}"'
    origin = _origin()
    return f'{install} "{NAME}{wanted}{f" @ {origin}" if origin else ""}"'


@cache
def _origin() -> str:
    """Return the URL the program was installed from (PEP 610); empty for a package index."""
    try:
        text = distribution(NAME).read_text("direct_url.json")
        found = json.loads(text) if text else {}
    except (PackageNotFoundError, ValueError):
        return ""
    repository = found.get("vcs_info", {}).get("vcs")
    return f"{repository}+{found['url']}" if repository else str(found.get("url", ""))


def explain_import_error(error: ImportError) -> tuple[str, str]:
    """Return the message and the hint for a failed import."""
    text = str(error)
    if any(library in text for library in SYSTEM):
        return (
            f"OpenCV cannot be loaded: {text}",
            "apt-get install libgl1 libglib2.0-0, or without windows: "
            "pip uninstall -y opencv-python && pip install opencv-python-headless",
        )
    return f"a package cannot be imported: {text}", f"install again: {install_command(again=True)}"
