"""The command ``cameras``: list the connected cameras."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli.options import Json
from realtime_nst.cli.table import table

if TYPE_CHECKING:
    from realtime_nst.sources.camera.devices import CameraDevice


def cameras(
    as_json: Json = False,
) -> None:
    """List the connected cameras, with the numbers and names that `webcam --source` accepts."""
    from realtime_nst.sources.camera.devices import absence, devices

    found = devices()
    if as_json:
        typer.echo(json.dumps([asdict(device) for device in found], default=str, indent=2))
    elif found:
        typer.echo(table([("camera", "name", "path", "sizes"), *map(_row, found)]))
    else:
        typer.echo(f"no camera found: {absence()}")


def _row(device: "CameraDevice") -> tuple[str, str, str, str]:
    """Return the cells ``0  HD Webcam  /dev/video0  MJPG 640x480 1280x720; YUYV 640x480``."""
    sizes: dict[str, list[str]] = {}
    for mode in device.modes:
        sizes.setdefault(mode.pixels, []).append(f"{mode.width}x{mode.height}")
    listed = "; ".join(f"{pixels} {' '.join(each)}" for pixels, each in sizes.items())
    return str(device.index), device.name or "?", str(device.path or ""), listed
