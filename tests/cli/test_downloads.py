"""URLs as inputs of ``video``, as a process."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import av
import pytest

from tests.helpers.http_files import USER, serving
from tests.helpers.video_clips import Clip, make


def run(*words: object, temporary: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "realtime_nst", "video", *map(str, words), "-s", "invert"]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    return subprocess.run(
        [*command, "--device", "cpu"], capture_output=True, text=True, env=environment, check=False
    )


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def test_url_is_converted_like_a_file(models: Path, tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "root").mkdir()
    make(tmp_path / "root" / "clip.mp4", Clip(sound="aac"))
    out = tmp_path / "out"
    with serving(tmp_path / "root") as server:
        url = server.url("redirect/private/clip.mp4?token=hidden", USER)
        result = run(url, f"{out}/", temporary=temporary)
    assert result.returncode == 0, result.stderr
    assert "downloaded clip.mp4, 0.0 MB" in result.stderr
    assert "secret" not in result.stderr
    assert "hidden" not in result.stderr
    with av.open(str(out / "clip.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == 10
        assert len(file.streams.audio) == 1
        assert "hidden" not in str(file.metadata)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("path", ["cut/clip.mp4", "nothing.mp4"])
def test_failed_download_leaves_nothing(
    models: Path, tmp_path: Path, temporary: Path, path: str
) -> None:
    (tmp_path / "root").mkdir()
    make(tmp_path / "root" / "clip.mp4", Clip())
    with serving(tmp_path / "root") as server:
        result = run(server.url(path, USER), tmp_path / "out.mp4", temporary=temporary)
    assert result.returncode == 1
    assert "error: cannot download http://***@127.0.0.1:" in result.stderr
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.mp4").exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="it has no signals for one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_removes_the_download(
    models: Path, tmp_path: Path, temporary: Path, number: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/clip.mp4"
        command = [sys.executable, "-m", "realtime_nst", "video", url, "out.mp4", "-s", "invert"]
        environment = {**os.environ, "TMPDIR": str(temporary)}
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        ) as process:
            listener.settimeout(60)
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin")
                process.send_signal(number)
                _, messages = process.communicate()
        assert process.returncode == 130
    assert "Traceback" not in messages
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "out.mp4").exists()
