"""Camera in a separate process that can be unplugged and plugged in again, for the soak test."""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass

from tests.helpers.http_camera import running

AWAY = 2.0
"""Seconds that a camera is unplugged."""


class Camera:
    """The camera's process; can be pulled out and put back at the same address."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = ["--clip", options.clip, "--size", options.size, "--stamp"]
        self._options += ["--rate", str(options.rate)]
        self._process = ExitStack()
        self.url, _ = self._process.enter_context(running(*self._options))

    def pull(self) -> None:
        """Kill it."""
        self._process.close()

    def put_back(self) -> None:
        """Start it again."""
        port = self.url.split(":")[2].split("/")[0]
        self._process.enter_context(running(*self._options, "--port", port))


@dataclass
class Pulls:
    """Pulls the camera out at even distances; asked after every frame."""

    camera: Camera
    moments: list[float]
    """Seconds since the start, of those to come."""
    returned: int = 0
    """How often new pictures came after it was put back."""
    _back_at: float | None = None
    _new: int | None = None

    def __call__(self, now: float, pictures: int) -> None:
        """Do what is due; ``pictures`` is how many new ones have come."""
        if self._back_at is not None and now >= self._back_at:
            self.camera.put_back()
            self._back_at, self._new = None, pictures
        elif self._new is not None and pictures > self._new:
            self.returned, self._new = self.returned + 1, None
        elif self.moments and now >= self.moments[0]:
            self.camera.pull()
            self.moments.pop(0)
            self._back_at = now + AWAY
