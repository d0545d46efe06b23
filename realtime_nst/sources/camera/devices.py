"""Which cameras there are, and what to do about one that does not work."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.sources.camera.v4l2 import Mode, modes

FORMATS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
"""FFmpeg's name of each system's cameras; it lists them without switching them on."""
CURES = {
    "linux": "realtime-nst cameras  # lists them; a USB camera may need to be plugged in again",
    "darwin": "System Settings, Privacy & Security, Camera: allow the terminal; then start it anew",
    "win32": "Settings, Privacy & security, Camera: let desktop apps access it; close other "
    "programs that use it",
}
"""Where the system does not say what is wrong."""
ABSENCES = {
    "linux": "plug one in; a virtual machine or container must be given it (/dev/video*)",
    "darwin": "plug one in; System Settings, Privacy & Security, Camera must allow the terminal",
    "win32": "plug one in; Settings, Privacy & security, Camera must let desktop apps access it",
}
"""Why there may be no camera."""
PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Device:
    """A camera that is plugged in."""

    index: int
    """What ``--source`` takes."""
    name: str
    """What its maker calls it; empty where the system does not say."""
    path: Path | None = None
    """Of the device, where it is a file."""
    modes: tuple[Mode, ...] = ()
    """What it can give, where the system says so."""


def devices() -> list[Device]:
    """The cameras of this machine, without opening them."""
    if sys.platform.startswith("linux"):
        return list(linux_devices())
    return _listed(FORMATS.get(sys.platform))


def linux_devices(
    classes: Path = Path("/sys/class/video4linux"), files: Path = Path("/dev")
) -> Iterator[Device]:
    """Cameras have more than one node; the first is the one with the picture."""
    nodes = {int(node.name[5:]): node for node in classes.glob("video[0-9]*")}
    for index, node in sorted(nodes.items()):
        if _text(node / "index") in ("0", ""):
            path = files / node.name
            yield Device(index, _text(node / "name"), path, modes(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _listed(kind: str | None) -> list[Device]:
    """By FFmpeg. On macOS OpenCV may number several cameras in another order (opencv#22901)."""
    import av

    try:
        found = av.enumerate_input_devices(kind) if kind else []
    except (ValueError, av.FFmpegError):
        return []
    cameras = [each for each in found if "video" in each.media_types]
    return [Device(index, each.description) for index, each in enumerate(cameras)]


def named(name: str, among: Sequence[Device]) -> Device | None:
    """The camera of a name, or of a part of one, in upper or lower case.

    Raises:
        SourceError: more than one has it.
    """
    wanted = name.casefold()
    whole = [device for device in among if device.name.casefold() == wanted]
    found = whole or [device for device in among if wanted in device.name.casefold()]
    if len(found) > 1:
        choice = ", ".join(f"{device.index} ({device.name})" for device in found)
        raise SourceError(f"{len(found)} cameras are called {name}", f"give a number: {choice}")
    return found[0] if found else None


def trouble(path: Path | None) -> tuple[str, str]:
    """Why a camera does not work, and the cure; as far as the system lets us see."""
    if path is None:
        return "cannot be opened, or shows nothing", CURES.get(sys.platform, "try another number")
    if not path.exists():
        return "is not there", _choice()
    if not os.access(path, os.R_OK | os.W_OK):
        return (
            f"may not be used by you ({path})",
            "sudo usermod -aG video $USER  # then log in anew",
        )
    if users := holders(path):
        return f"is in use by {', '.join(users)}", "close it there: a camera serves one at a time"
    return "shows nothing", CURES["linux"]


def _choice() -> str:
    there = [f"{device.index} ({device.name})" for device in devices()]
    if there:
        return f"there are {', '.join(there)}: realtime-nst cameras"
    return f"there is no camera at all: {absence()}"


def absence() -> str:
    """What may be wrong where no camera is found."""
    return ABSENCES.get(sys.platform, "plug one in")


def holders(path: Path, processes: Path = PROCESSES) -> list[str]:
    """Other programs that have a file open, as ``name (number)``, but not those of others."""
    return [
        f"{_text(folder / 'comm')} ({folder.name})"
        for folder in processes.glob("[0-9]*")
        if int(folder.name) != os.getpid() and _has_open(folder, path)
    ]


def _has_open(process: Path, path: Path) -> bool:
    try:
        return any(link.samefile(path) for link in (process / "fd").iterdir() if link.exists())
    except OSError:  # it has ended, or is someone else's
        return False
