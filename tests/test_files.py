"""Results are written completely or not at all, and replace no other file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_nst.errors import SinkError
from realtime_nst.files import Lock, check_file, check_files, replacing, write_atomic
from realtime_nst.paths import beside

HOLDER = """
import sys
from pathlib import Path
from realtime_nst.files import Lock
lock = Lock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""
LONG = "ü" * 125 + ".png"
"""254 bytes; file systems allow 255."""


@pytest.mark.parametrize("name", ["a.png", LONG])
def test_write_atomic_makes_folder_and_leaves_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / "newer" / name
    write_atomic(path, b"first")
    write_atomic(path, "second")
    assert path.read_text() == "second"
    assert list(path.parent.iterdir()) == [path]


def test_write_atomic_keeps_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.partial.png").write_text("of a user")
    write_atomic(tmp_path / "a.png", b"")
    assert (tmp_path / "a.partial.png").read_text() == "of a user"


def test_replacing_leaves_old_file_after_error(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    with (
        pytest.raises(SinkError, match=r"cannot write .*a\.png: No space left") as caught,
        replacing(path),
    ):
        raise OSError(28, "No space left on device")
    assert caught.value.hint.startswith("free disk space")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_beside_shortens_long_names_without_clashes(tmp_path: Path) -> None:
    names = ["x" * 250 + end for end in ("a", "b")]
    partial = [beside(tmp_path / f"{name}.mp4", ".older.partial.mp4") for name in names]
    assert len(set(partial)) == 2
    assert all(len(os.fsencode(path.name)) <= 255 for path in partial)
    assert beside(Path("a/b.mp4"), ".partial.mp4") == Path("a/b.partial.mp4")


def test_check_file_refuses_inputs_by_any_name(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.touch()
    (tmp_path / "hard.jpg").hardlink_to(photo)
    (tmp_path / "soft.jpg").symlink_to(photo)
    for name in ("photo.jpg", "hard.jpg", "soft.jpg", "../" + tmp_path.name + "/photo.jpg"):
        with pytest.raises(SinkError, match=f"cannot write .*{name}: it is the input"):
            check_file(tmp_path / name, [tmp_path / "missing.jpg", photo])
    check_file(tmp_path / "other.jpg", [photo])


def test_check_files_refuses_two_results_with_one_name(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="2 results would all become"):
        check_files([tmp_path / "a.png", tmp_path / "b.png", tmp_path / "a.png"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_devices_are_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(SinkError, match="is a pipe or a device") as caught:
            check_file(path)
        assert "video IN -" in caught.value.hint
        with pytest.raises(SinkError, match="is a pipe or a device"):
            write_atomic(path, b"")
    assert pipe.is_fifo()


def test_write_atomic_removes_what_a_killed_process_has_left(tmp_path: Path) -> None:
    code = "import os, sys; from pathlib import Path; from realtime_nst.files import replacing\n"
    code += "with replacing(Path(sys.argv[1])) as name: name.touch(); os.kill(os.getpid(), 9)"
    path = tmp_path / "a.png"
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, env=os.environ)
    assert len(list(tmp_path.iterdir())) == 2  # half a file, and a lock
    write_atomic(path, b"whole")
    assert list(tmp_path.iterdir()) == [path]


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"cannot write .*: File name too long") as caught:
        check_file(tmp_path / ("x" * 300 + ".png"))
    assert caught.value.hint == "choose a shorter name"


def held(result: Path) -> "subprocess.Popen[str]":
    """Start another process that locks a result."""
    command = [sys.executable, "-c", HOLDER, str(result)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    return process


@pytest.mark.parametrize("name", ["a.mp4", LONG])
def test_lock_excludes_other_processes_until_released(tmp_path: Path, name: str) -> None:
    result = tmp_path / "new" / name
    with held(result) as process:
        for attempt in (Lock, check_file):
            said = rf"another realtime-nst \({process.pid}\) is writing "
            with pytest.raises(SinkError, match=said) as caught:
                attempt(result)
            assert "another name" in caught.value.hint
        with Lock(result.with_name("other")):
            pass
        process.communicate("")
        assert process.returncode == 0
    with Lock(result) as lock:
        lock.release()  # twice is safe
    assert not list(result.parent.iterdir())


def test_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    result = tmp_path / "a.mp4"
    with held(result) as process:
        process.kill()
        process.communicate()
    with Lock(result), pytest.raises(SinkError, match=rf"\({os.getpid()}\)"):
        Lock(result)
    assert not list(tmp_path.iterdir())
