"""A camera for tests: a process that serves synthetic frames as MJPEG over HTTP on loopback.

``python -m tests.camera FRAMES`` prints its URL and serves one viewer after another; each gets that
many frames, as fast as it takes them.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2

from realtime_nst.sources.synthetic import SyntheticSource


class Camera(BaseHTTPRequestHandler):
    """Answers every request with the stream."""

    frames = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        for frame in SyntheticSource(320, 240, frames=self.frames):
            _, coded = cv2.imencode(".jpg", frame.image)
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(coded)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + coded.tobytes() + b"\r\n")
            except OSError:
                return  # the viewer has gone

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


def main() -> None:
    """Serve until killed."""
    Camera.frames = int(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
        print(f"http://127.0.0.1:{server.server_port}/camera.mjpg", flush=True)  # noqa: T201
        server.serve_forever()


if __name__ == "__main__":
    main()
