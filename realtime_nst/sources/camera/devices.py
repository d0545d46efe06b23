"""List cameras, and diagnose one that does not work."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.sources.camera.v4l2 import Mode, modes

FORMATS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
"""FFmpeg's input format for cameras by platform; it lists them without switching them on."""
HINTS = {
    "linux": "realtime-nst cameras  # lists them; a USB camera may need to be plugged in again",
    "darwin": "System Settings, Privacy & Security, Camera: allow the terminal, then restart it",
    "win32": "Settings, Privacy & security, Camera: let desktop apps access it; close other "
    "programs that use it",
}
"""Hints by platform for cameras that fail without a known reason."""
NO_CAMERA_HINTS = {
    "linux": "plug one in; pass it through to a virtual machine or container (/dev/video*)",
    "darwin": "plug one in; System Settings, Privacy & Security, Camera must allow the terminal",
    "win32": "plug one in; Settings, Privacy & security, Camera must let desktop apps access it",
}
"""Hints by platform where no camera is found."""
PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera that is plugged in."""

    index: int
    """Its number for ``--source``."""
    name: str
    """Its name; empty if the system does not report it."""
    path: Path | None = None
    """Path of the device file, if there is one."""
    modes: tuple[Mode, ...] = ()
    """Modes that it supports, if the system reports them."""


def devices() -> list[CameraDevice]:
    """Return the cameras of this machine, without opening them."""
    if sys.platform.startswith("linux"):
        return list(linux_devices())
    return _listed(FORMATS.get(sys.platform))


def linux_devices(
    classes: Path = Path("/sys/class/video4linux"), files: Path = Path("/dev")
) -> Iterator[CameraDevice]:
    """Yield the cameras on Linux; of a camera's several nodes the first one delivers frames.

    Args:
        classes: folder of the kernel's video devices.
        files: folder of the device files.
    """
    nodes = {int(node.name[5:]): node for node in classes.glob("video[0-9]*")}
    for index, node in sorted(nodes.items()):
        if _text(node / "index") in ("0", ""):
            path = files / node.name
            yield CameraDevice(index, _text(node / "name"), path, modes(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _listed(kind: str | None) -> list[CameraDevice]:
    """List cameras through FFmpeg. OpenCV may number them differently on macOS (opencv#22901)."""
    import av

    try:
        found = av.enumerate_input_devices(kind) if kind else []
    except (ValueError, av.FFmpegError):
        return []
    cameras = [each for each in found if "video" in each.media_types]
    return [CameraDevice(index, each.description) for index, each in enumerate(cameras)]


def named(name: str, among: Sequence[CameraDevice]) -> CameraDevice | None:
    """Return the camera with a name, or with a part of it, ignoring case; None if there is none.

    Raises:
        SourceError: more than one camera matches.
    """
    wanted = name.casefold()
    whole = [device for device in among if device.name.casefold() == wanted]
    found = whole or [device for device in among if wanted in device.name.casefold()]
    if len(found) > 1:
        choices = ", ".join(f"{device.index} ({device.name})" for device in found)
        raise SourceError(f"{len(found)} cameras are named {name}", f"give a number: {choices}")
    return found[0] if found else None


def diagnose(path: Path | None) -> tuple[str, str]:
    """Return why a camera does not work, and a hint, as far as the system reports it."""
    if path is None:
        hint = HINTS.get(sys.platform, "try another number")
        return "cannot be opened, or delivers no frames", hint
    if not path.exists():
        return "does not exist", _existing_devices()
    if not os.access(path, os.R_OK | os.W_OK):
        return (
            f"cannot be opened: permission denied ({path})",
            "sudo usermod -aG video $USER  # then log in again",
        )
    if users := holders(path):
        return f"is in use by {', '.join(users)}", "close that program: a camera serves only one"
    return "delivers no frames", HINTS["linux"]


def _existing_devices() -> str:
    found = [f"{device.index} ({device.name})" for device in devices()]
    if found:
        return f"available: {', '.join(found)} (see realtime-nst cameras)"
    return f"no camera found: {absence()}"


def absence() -> str:
    """Return a hint for a machine where no camera is found."""
    return NO_CAMERA_HINTS.get(sys.platform, "plug one in")


def holders(path: Path, processes: Path = PROCESSES) -> list[str]:
    """Return other programs that have a file open, as ``name (PID)``; only those of this user."""
    return [
        f"{_text(folder / 'comm')} ({folder.name})"
        for folder in processes.glob("[0-9]*")
        if int(folder.name) != os.getpid() and _has_open(folder, path)
    ]


def _has_open(process: Path, path: Path) -> bool:
    try:
        return any(link.samefile(path) for link in (process / "fd").iterdir() if link.exists())
    except OSError:  # it has ended, or belongs to another user
        return False
