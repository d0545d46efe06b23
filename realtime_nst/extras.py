"""What to type about a package that is missing or cannot be imported."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

NAME = "realtime-nst"
SYSTEM = ("libGL", "libxcb", "libgthread", "libglib", "libEGL")
"""Libraries that OpenCV's windows need, and that servers and containers lack."""


def install_command(*extras: str, again: bool = False) -> str:
    """Return the line that installs this program with extras, from where it came.

    >>> install_command("train")
    'pip install "realtime-nst[train]"'

    Args:
        extras: as in ``pyproject.toml``.
        again: also replace what is installed.
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
    """The URL that the installed program came from (PEP 610); empty for a package index."""
    try:
        text = distribution(NAME).read_text("direct_url.json")
        found = json.loads(text) if text else {}
    except (PackageNotFoundError, ValueError):
        return ""
    repository = found.get("vcs_info", {}).get("vcs")
    return f"{repository}+{found['url']}" if repository else str(found.get("url", ""))


def explain_import_error(error: ImportError) -> tuple[str, str]:
    """What happened, and what to type."""
    text = str(error)
    if any(library in text for library in SYSTEM):
        return (
            f"OpenCV cannot be loaded: {text}",
            "apt-get install libgl1 libglib2.0-0, or without windows: "
            "pip uninstall -y opencv-python && pip install opencv-python-headless",
        )
    return f"a package cannot be imported: {text}", f"install again: {install_command(again=True)}"
