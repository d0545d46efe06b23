"""Installation commands for packages that are missing or cannot be imported."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

NAME = "realtime-nst"
VGG_DISTRIBUTION = "realtime-nst-vgg"
"""Distribution with the weights of VGG-16, built from ``models/vgg16`` of the repository."""
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


def vgg_install_command() -> str:
    """Return the command that installs the weights of VGG-16, from where this program came from.

    A release's wheel comes without its repository; its weights are on the package index.
    """
    origin = _origin()
    if not origin or origin.endswith(".whl"):
        return f"pip install {VGG_DISTRIBUTION}"
    inside = "/models/vgg16" if "dir_info" in _direct_url() else "#subdirectory=models/vgg16"
    return f'pip install "{VGG_DISTRIBUTION} @ {origin}{inside}"'


def _origin() -> str:
    """Return the URL the program was installed from; empty for a package index."""
    found = _direct_url()
    repository = found.get("vcs_info", {}).get("vcs")
    return f"{repository}+{found['url']}" if repository else str(found.get("url", ""))


@cache
def _direct_url() -> dict[str, Any]:
    """Return the record of where the program was installed from (PEP 610); empty for an index."""
    try:
        text = distribution(NAME).read_text("direct_url.json")
        return dict(json.loads(text)) if text else {}
    except (PackageNotFoundError, ValueError):
        return {}


def explain_import_error(error: ImportError) -> tuple[str, str]:
    """Return the message and the hint for a failed import."""
    text = str(error)
    if any(library in text for library in SYSTEM):
        return (
            f"OpenCV cannot be loaded: {text}",
            "apt-get install libgl1 libglib2.0-0, or without windows: "
            "pip uninstall -y opencv-python && pip install opencv-python-headless",
        )
    if isinstance(error, ModuleNotFoundError) and error.name == "cv2":
        hint = f"{install_command('window')}  # on servers, without windows: [headless]"
        return "OpenCV is not installed", hint
    return f"a package cannot be imported: {text}", f"install again: {install_command(again=True)}"
