"""A camera for tests: a process that serves pictures as MJPEG over HTTP on loopback.

``python -m tests.helpers.http_camera`` prints its URL and serves one viewer after another. Without
a rate each viewer gets the images as fast as it takes them; with one, they come when their time has
come, and a viewer that is late misses some, as with a camera.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, islice
from math import ceil
from pathlib import Path

import cv2

from realtime_nst.frame import Image
from realtime_nst.sources import open_source
from tests.helpers import timestamp_overlay

ROOT = Path(__file__).parents[2]
PATH = "/camera.mjpg"


class Server(ThreadingHTTPServer):
    """Holds the pictures for all viewers."""

    daemon_threads = True

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", options.port), Viewer)
        self.images = pictures(options.clip, options.size)
        self.rate, self.frames, self.stamped = options.rate, options.frames, options.stamp


class Viewer(BaseHTTPRequestHandler):
    """Answers every request with the stream."""

    server: Server

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        pace = Pace(self.server.rate)
        for _ in islice(count(), self.server.frames):
            number, due = pace.next()
            began = time.monotonic()
            image = self.server.images[number % len(self.server.images)]
            coded = part(image, due if self.server.stamped else None)
            pace.encoded(time.monotonic() - began)
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                self.wfile.write(coded)
            except OSError:
                return  # the viewer has gone

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


class Pace:
    """Chooses the next image and when it is sent; those that would be late are left out."""

    def __init__(self, rate: float | None) -> None:
        self._rate, self._began, self._number = rate, time.monotonic(), -1
        self.needed = 0.0
        """Seconds that an image takes to be encoded, the slowest one lately."""

    def next(self) -> tuple[int, float]:
        """Return the number of the next image, and when it is due, on ``time.monotonic``."""
        ready = time.monotonic() + self.needed
        if not self._rate:
            self._number += 1
            return self._number, time.monotonic()
        self._number = max(self._number + 1, ceil((ready - self._began) * self._rate))
        return self._number, self._began + self._number / self._rate

    def encoded(self, seconds: float) -> None:
        """Take into account how long an image took."""
        self.needed = max(0.9 * self.needed, seconds)


def part(image: Image, moment: float | None) -> bytes:
    """Return an image as it is sent, with a moment drawn in."""
    if moment is not None:
        image = image.copy()
        timestamp_overlay.draw(image, timestamp_overlay.at(moment))
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(coded)}\r\n\r\n"
    return head.encode() + coded.tobytes() + b"\r\n"


def pictures(clip: str, size: str | None) -> list[Image]:
    """At most 150 pictures of a clip."""
    with open_source(clip) as source:
        images = [frame.image for frame in islice(source, 150)]
    if size is None:
        return images
    width, height = map(int, size.split("x"))
    resized = (cv2.resize(image, (width, height)) for image in images)
    return [image.astype("uint8", copy=False) for image in resized]


@contextmanager
def running(*options: object) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Its URL and its process, which is killed at the end."""
    command = [sys.executable, "-m", "tests.helpers.http_camera", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What it shall be like."""
    parser = argparse.ArgumentParser(description="A camera for tests.")
    parser.add_argument("--clip", default="synthetic:320x240,30,40", help="its pictures, in a loop")
    parser.add_argument("--size", help="of the pictures, as 640x480")
    parser.add_argument("--rate", type=float, help="pictures a second; default: as fast as taken")
    parser.add_argument("--frames", type=int, help="to each viewer; default: without end")
    parser.add_argument("--stamp", action="store_true", help="draw the time into each picture")
    parser.add_argument("--port", type=int, default=0)
    return parser.parse_args(arguments)


def main() -> None:
    """Serve until killed."""
    with Server(parse(sys.argv[1:])) as server:
        print(f"http://127.0.0.1:{server.server_port}{PATH}", flush=True)  # noqa: T201
        server.serve_forever()


if __name__ == "__main__":
    main()
