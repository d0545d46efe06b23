"""The command ``info``, and the settings that results carry."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realtime_nst import __version__
from realtime_nst.cli.app import app
from realtime_nst.convert.file_info import file_info
from realtime_nst.errors import NstError, SourceError
from tests.helpers.video_clips import Clip, make

PICTURE = np.random.default_rng(3).integers(0, 256, (40, 60, 3), np.uint8)


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [*map(str, words)])
    if isinstance(result.exception, NstError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    assert cv2.imwrite(str(path), PICTURE)
    return path


def settings(path: Path) -> dict[str, str]:
    found = dict(file_info(path).settings)
    assert found.pop("realtime-nst") == __version__
    assert len(found.pop("model")) == 16
    return found


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".avif"])
def test_image_carries_its_settings(models: Path, photo: Path, tmp_path: Path, suffix: str) -> None:
    result = tmp_path / f"result{suffix}"
    run("image", photo, result, "-s", "invert:0.5", "--device", "cpu")
    assert settings(result) == {"style": "invert:0.5"}
    assert file_info(result).models == ("tiny-invert",)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm", ".avi"])
def test_video_carries_its_settings(models: Path, tmp_path: Path, suffix: str) -> None:
    source = make(tmp_path / "in.mp4", Clip())
    result = tmp_path / f"out{suffix}"
    path = models / "tiny-two" / "model.onnx"
    run("video", source, result, "-s", f"{path}:keep", "-s", "invert@0.2s", "--device", "cpu")
    found = dict(file_info(result).settings)
    assert len(found.pop("model").split()) == 2
    assert found == {
        "realtime-nst": __version__,
        "style": "model.onnx:keep invert@0.2s",
        "fade": "1/2",
        "stabilize": "0.57",
    }
    assert str(tmp_path).encode() not in result.read_bytes()


def test_frames_carry_their_settings(models: Path, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(ticks=(0, 512)))
    run("video", source, tmp_path / "%03d.png", "-s", "invert", "--device", "cpu")
    assert settings(tmp_path / "002.png") == {"style": "invert", "stabilize": "0.57"}


def test_comment_of_the_input_is_kept(models: Path, tmp_path: Path) -> None:
    plain, source = make(tmp_path / "plain.mp4", Clip()), tmp_path / "in.mkv"
    with av.open(str(plain)) as given, av.open(str(source), "w") as copy:
        copy.metadata["COMMENT"] = "My holiday"
        stream = copy.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    for name in ("once.mkv", "twice.mp4"):
        run("video", source, tmp_path / name, "-s", "invert", "--device", "cpu")
        source = tmp_path / name
    with av.open(str(source)) as file:
        lines = file.metadata["comment"].splitlines()
    assert lines[0] == "My holiday"
    assert len(lines) == 2


def test_info_prints_what_a_file_is(models: Path, photo: Path, tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", Clip(sound="aac"))
    model = models / "tiny-two" / "model.onnx"
    lines = run("info", photo, clip, model).stdout.splitlines()
    assert lines[0].startswith(f"{photo}: PNG image, 60x40, ")
    assert lines[1] == "  not made by realtime-nst, or without its settings"
    assert lines[2].startswith(
        f"{clip}: MP4 (QuickTime / MOV) video, 64x48, 25 fps, 10 frames, 0.4 s, h264 yuv420p, "
        "audio: aac, "
    )
    assert lines[4].startswith(f"{model}: ONNX model ")
    assert lines[5] == "  styles: keep, black"


def test_info_of_result(models: Path, photo: Path, tmp_path: Path) -> None:
    result = tmp_path / "result.png"
    run("image", photo, result, "-s", "invert", "--device", "cpu")
    digest = file_info(result).settings["model"]
    assert run("info", result).stdout.splitlines()[1:] == [
        "  contains XMP",
        f"  made by realtime-nst {__version__}: style invert, model {digest} (tiny-invert)",
    ]


def test_info_as_json(models: Path, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    result = run("info", tmp_path / "text.mp4", photo, "--json", code=1)
    assert "not a supported video" in result.stderr
    (row,) = json.loads(result.stdout)
    assert (row["file"], row["kind"], row["width"], row["settings"]) == (
        str(photo),
        "image",
        60,
        {},
    )


def test_info_of_animation(tmp_path: Path) -> None:
    animation = cv2.Animation()
    animation.frames, animation.durations = [PICTURE, PICTURE // 2], [100, 100]
    for suffix in (".webp", ".png", ".gif"):
        _, file = cv2.imencodeanimation(suffix, animation)
        (tmp_path / f"animated{suffix}").write_bytes(file.tobytes())
        found = file_info(tmp_path / f"animated{suffix}")
        assert (found.kind, found.width, found.frames or 2) == ("video", 60, 2)


def test_info_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="it is a folder"):
        file_info(tmp_path)
    with pytest.raises(SourceError, match="it is a pipe"):
        file_info(Path("-"))
    with pytest.raises(SourceError, match="No such file"):
        file_info(tmp_path / "nothing.mp4")
