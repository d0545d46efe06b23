"""Images that arrive in a folder."""

import os
from pathlib import Path

import pytest

from realtime_nst.convert.photo_jobs import PhotoJob
from realtime_nst.convert.watch import FolderWatch
from realtime_nst.errors import SinkError, SourceError


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"1")
    (folder / "sub" / "b.tif").write_bytes(b"1")
    (folder / "notes.txt").write_bytes(b"1")
    return folder


def test_image_is_taken_once_it_does_not_change(inbox: Path, tmp_path: Path) -> None:
    watch = FolderWatch([inbox], tmp_path / "out")
    assert watch.poll() == []
    (inbox / "a.jpg").write_bytes(b"12")
    (inbox / "c.png").write_bytes(b"")
    assert watch.poll() == []  # it grows; the other is empty
    assert watch.poll() == [PhotoJob(inbox / "a.jpg", tmp_path / "out" / "a.jpg")]
    assert watch.poll() == []
    (inbox / "c.png").write_bytes(b"123")
    assert watch.poll() == []
    assert [job.source.name for job in watch.poll()] == ["c.png"]


def test_replaced_image_is_taken_again(inbox: Path, tmp_path: Path) -> None:
    watch = FolderWatch([inbox], tmp_path / "out")
    watch.poll()
    assert len(watch.poll()) == 1
    os.utime(inbox / "a.jpg", (1, 1))
    assert watch.poll() == []
    assert len(watch.poll()) == 1


def test_removed_image_is_forgotten(inbox: Path, tmp_path: Path) -> None:
    watch = FolderWatch([inbox], tmp_path / "out")
    watch.poll()
    (inbox / "a.jpg").unlink()
    assert watch.poll() == []


def test_sub_folders_are_kept_and_results_are_no_inputs(inbox: Path) -> None:
    out = inbox / "out"
    watch = FolderWatch([inbox], out, recursive=True, suffix=".webp")
    out.mkdir()
    (out / "old.jpg").write_bytes(b"1")
    (inbox / ".hidden.jpg").write_bytes(b"1")
    watch.poll()
    assert [job.result for job in watch.poll()] == [out / "a.webp", out / "sub" / "b.webp"]


def test_watch_errors(inbox: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="it is not a folder"):
        FolderWatch([inbox / "a.jpg"], tmp_path)
    with pytest.raises(SinkError, match="it is the watched folder"):
        FolderWatch([inbox], inbox / "sub" / "..")
