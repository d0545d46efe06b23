"""Listing cameras from the files of Linux, and diagnosing one."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.errors import SourceError
from realtime_nst.sources.camera import devices
from realtime_nst.sources.camera.devices import (
    CameraDevice,
    diagnose,
    holders,
    linux_devices,
    named,
)
from realtime_nst.sources.camera.v4l2 import (
    CAPTURE,
    DISCRETE,
    ENUM_FMT,
    FMTDESC,
    FRMSIZE,
    Mode,
    modes,
    query_modes,
)

CAMERAS = [
    CameraDevice(0, "HD Pro Webcam C920"),
    CameraDevice(2, "FaceTime HD Camera"),
    CameraDevice(3, "HD Pro"),
]


def node(classes: Path, name: str, index: int, title: str) -> None:
    """Create the files in which the kernel describes a device."""
    folder = classes / name
    folder.mkdir(parents=True)
    (folder / "index").write_text(f"{index}\n")
    (folder / "name").write_text(f"{title}\n")


def test_each_camera_is_listed_once_by_number(tmp_path: Path) -> None:
    node(tmp_path, "video10", 0, "Second")
    node(tmp_path, "video0", 0, "First: First")
    node(tmp_path, "video1", 1, "First: First")  # its metadata, no picture
    (tmp_path / "radio0").mkdir()
    found = list(linux_devices(tmp_path, tmp_path / "dev"))
    assert [(device.index, device.name) for device in found] == [
        (0, "First: First"),
        (10, "Second"),
    ]
    assert found[1].path == tmp_path / "dev" / "video10"


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert list(linux_devices(tmp_path / "missing")) == []


@pytest.mark.parametrize(
    ("name", "index"), [("facetime hd camera", 2), ("c920", 0), ("HD Pro", 3), ("other", None)]
)
def test_a_camera_is_found_by_its_name_or_a_part_of_it(name: str, index: int | None) -> None:
    found = named(name, CAMERAS)
    assert (found.index if found else None) == index


def test_a_name_of_several_cameras_is_refused() -> None:
    with pytest.raises(SourceError, match="3 cameras are named hd") as caught:
        named("hd", CAMERAS)
    assert "2 (FaceTime HD Camera)" in caught.value.hint


def test_diagnose_names_programs_that_use_a_device(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    code = "import sys; file = open(sys.argv[1]); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(device)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        users = holders(device)
        what, cure = diagnose(device)
        other.communicate()
    assert [user.split()[-1] for user in users] == [f"({other.pid})"]
    assert what == f"is in use by {users[0]}"
    assert "close that program" in cure
    assert holders(device) == []


def test_diagnose_reports_what_is_wrong_with_a_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "devices", list)
    what, cure = diagnose(tmp_path / "video9")
    assert what == "does not exist"
    assert "no camera found" in cure
    monkeypatch.setattr(devices, "devices", lambda: CAMERAS)
    assert "2 (FaceTime HD Camera)" in diagnose(tmp_path / "video9")[1]
    (tmp_path / "video0").touch()
    assert diagnose(tmp_path / "video0")[0] == "delivers no frames"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may everything")
def test_a_device_that_is_forbidden_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "video0").touch(0)
    what, cure = diagnose(tmp_path / "video0")
    assert "permission denied" in what
    assert "usermod -aG video" in cure


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_point_to_their_settings(
    monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert "Privacy" in diagnose(None)[1]


def test_a_driver_says_what_a_camera_can_give() -> None:
    """Answers as linux/videodev2.h says: MJPG in two sizes, YUYV in any up to one."""
    formats = [b"MJPG", b"YUYV"]
    sizes = {b"MJPG": [(640, 480), (1280, 720)]}

    def driver(file: int, question: int, asked: bytearray) -> None:
        index = int.from_bytes(asked[:4], "little")
        if question == ENUM_FMT:
            _, kind, flags, text, _, _ = FMTDESC.unpack(asked)
            if index >= len(formats) or kind != CAPTURE:
                raise OSError(errno.EINVAL, "Invalid argument")
            code = int.from_bytes(formats[index], "little")
            asked[:] = FMTDESC.pack(index, kind, flags, text, code, 0)
            return
        code = FRMSIZE.unpack(asked)[1]
        pixels = code.to_bytes(4, "little")
        if pixels == b"YUYV" and index == 0:
            asked[:] = FRMSIZE.pack(index, code, DISCRETE + 2, 16, 800, 2, 16, 600, 2)
        elif index < len(sizes.get(pixels, [])):
            asked[:] = FRMSIZE.pack(index, code, DISCRETE, *sizes[pixels][index], 0, 0, 0, 0)
        else:
            raise OSError(errno.EINVAL, "Invalid argument")

    assert list(query_modes(0, driver)) == [
        Mode("MJPG", 640, 480),
        Mode("MJPG", 1280, 720),
        Mode("YUYV", 800, 600),
    ]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="V4L2 is Linux's")
def test_what_is_no_camera_can_give_nothing(tmp_path: Path) -> None:
    assert modes(tmp_path / "missing") == ()
    (tmp_path / "file").touch()
    assert modes(tmp_path / "file") == ()


def test_the_command_lists_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = (Mode("MJPG", 640, 480), Mode("MJPG", 1280, 720), Mode("YUYV", 640, 480))
    camera = CameraDevice(2, "HD Webcam", Path("/dev/video2"), sizes)
    monkeypatch.setattr(devices, "devices", lambda: [camera, CameraDevice(3, "")])
    lines = CliRunner().invoke(app, ["cameras"]).output.splitlines()
    assert "MJPG 640x480 1280x720; YUYV 640x480" in lines[1]
    assert lines[1].split()[:4] == ["2", "HD", "Webcam", str(camera.path)]
    assert lines[2].split() == ["3", "?"]
    told = json.loads(CliRunner().invoke(app, ["cameras", "--json"]).output)
    assert told[0]["modes"][1] == {"pixels": "MJPG", "width": 1280, "height": 720}


def test_the_command_says_that_there_is_none_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "devices", list)
    result = CliRunner().invoke(app, ["cameras"])
    assert result.exit_code == 0
    assert result.output.startswith("no camera found: plug one in")
    assert json.loads(CliRunner().invoke(app, ["cameras", "--json"]).output) == []
