"""``image --watch`` as a process: images arrive, Ctrl-C ends it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

PICTURE = np.random.default_rng(3).integers(0, 256, (40, 60, 3), np.uint8)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGINT for one process")


@contextmanager
def watching(*words: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "realtime_nst", "image", "--watch", "-s", "invert"]
    command += ["--device", "cpu", "--threads", "1", *map(str, words)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """Return the next line of the messages that contains a text."""
    assert process.stderr
    return next(line for line in process.stderr if text in line)


def test_watch(models: Path, tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    coded = cv2.imencode(".png", PICTURE)[1].tobytes()
    (inbox / "first.png").write_bytes(coded)
    with watching(inbox, out, "--format", "webp", "--json") as process:
        line_with(process, f"watching {inbox}; Ctrl-C ends it")
        line_with(process, "first.webp: 60x40")
        (inbox / "broken.jpg").write_bytes(b"\xff\xd8\xff")
        line_with(process, "broken.jpg")
        (inbox / "first.jpg").write_bytes(coded)  # its result has the name of the first one
        line_with(process, "is the result of first.png")
        (inbox / "first.png").write_bytes(coded)
        line_with(process, "first.webp: 60x40")
        process.send_signal(signal.SIGINT)
        assert line_with(process, "stopped") == "stopped; 4 images: 2 done, 1 failed, 1 skipped\n"
        rows = [json.loads(line) for line in process.stdout or ()]
        assert process.wait() == 0
    assert [row["state"] for row in rows] == ["done", "failed", "skipped", "done"]
    assert [path.name for path in out.iterdir()] == ["first.webp"]


def test_watch_keeps_results_of_earlier_runs(models: Path, tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    out.mkdir()
    for name in ("done.png", "new.png"):
        assert cv2.imwrite(str(inbox / name), PICTURE)
    (out / "done.png").write_bytes(b"result")
    os.utime(inbox / "done.png", (1, 1))
    with watching(inbox, out) as process:
        line_with(process, "new.png: 60x40")
        process.send_signal(signal.SIGTERM)
        line_with(process, "stopped; 2 images")
        assert process.wait() == 0
    assert (out / "done.png").read_bytes() == b"result"


def test_watch_of_a_file_is_refused(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    assert cv2.imwrite(str(path), PICTURE)
    with watching(path, tmp_path / "out") as process:
        line_with(process, "it is not a folder")
        assert process.wait() == 1
