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
        for number, due in islice(moments(self.server.rate), self.server.frames):
            image = self.server.images[number % len(self.server.images)]
            coded = part(image, due if self.server.stamped else None)
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                self.wfile.write(coded)
            except OSError:
                return  # the viewer has gone

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


def moments(rate: float | None) -> Iterator[tuple[int, float]]:
    """Yield numbers of images and when each is due, on ``time.monotonic``; late ones are left out.

    The next one is yielded in time to be encoded before it is due.
    """
    if not rate:
        yield from ((number, time.monotonic()) for number in count())
        return
    began, number = time.monotonic(), -1
    while True:
        number = max(number + 1, int((time.monotonic() - began) * rate))
        yield number, began + number / rate


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
