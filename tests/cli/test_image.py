"""The command ``image``: folders, sizes, pipes and what is printed."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.convert.photo_jobs import PhotoJob, photo_jobs
from realtime_nst.errors import NstError, SinkError, SourceError
from realtime_nst.image_io.decode import decode_photo, read_photo
from tests.helpers.scenes import photo_file
from tests.helpers.video_clips import Clip, make

PICTURE = np.random.default_rng(3).integers(0, 256, (40, 60, 4), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good images, a cut-off one, a transparent one, and one in a sub-folder."""
    place = tmp_path / "photos"
    (place / "sub").mkdir(parents=True)
    jpeg = cv2.imencode(".jpg", PICTURE[..., :3])[1].tobytes()
    for name in ("a.jpg", "c.jpg", "sub/e.jpg"):
        (place / name).write_bytes(jpeg)
    (place / "b.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    assert cv2.imwrite(str(place / "d.png"), PICTURE)
    return place


def image(*arguments: object, code: int = 0) -> Result:
    words = ["image", *map(str, arguments), "--device", "cpu", "--threads", "1"]
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, NstError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def names(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(found)


def test_broken_image_does_not_stop_the_others(models: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = image(folder, out, "-s", "invert", code=1)
    assert names(out) == ["a.jpg", "c.jpg", "d.png"]
    lines = result.stderr.splitlines()
    assert f"note: {folder}: sub-folders are left out; add --recursive" in lines
    assert [line for line in lines if line.startswith(("1/4", "4/4"))] == [
        f"1/4 {folder / 'a.jpg'}",
        f"4/4 {folder / 'd.png'}",
    ]
    assert lines[-2].startswith(f"failed  {folder / 'b.jpg'}  ")
    assert lines[-1].startswith("4 images: 3 done, 1 failed, in ")


def test_recursive_skip_existing_and_json(models: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    image(folder / "a.jpg", out, "-s", "invert")
    options = ("--recursive", "--skip-existing", "--json")
    rows = json.loads(image(folder, out, "-s", "invert", *options, code=1).stdout)
    assert [row["state"] for row in rows] == ["skipped", "failed", "done", "done", "done"]
    assert rows[-1]["result"] == str(out / "sub" / "e.jpg")
    assert (rows[-1]["width"], rows[-1]["height"]) == (60, 40)
    assert "damaged" in rows[1]["error"]
    assert names(out) == ["a.jpg", "c.jpg", "d.png", "sub/e.jpg"]


def test_unknown_style_stops_all_images(models: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NstError, match="there is no style 'nosuch'"):
        image(folder, tmp_path / "out", "-s", "nosuch")


@pytest.mark.parametrize(
    ("size", "shape"), [("30x", (20, 30)), ("x80", (80, 120)), ("33x17", (17, 33))]
)
def test_size_of_result(
    models: Path, folder: Path, tmp_path: Path, size: str, shape: tuple[int, int]
) -> None:
    out = tmp_path / "out.png"
    options = ("--size", size, "--render-scale", 0.5)
    image(folder / "d.png", out, "-s", "identity", *options)
    photo = read_photo(out)
    assert photo.image.shape[:2] == shape
    assert photo.alpha is not None
    assert photo.alpha.shape == shape


def test_size_beyond_memory(models: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    with pytest.raises(NstError, match="cannot stylize 1000000x666667 pixels") as caught:
        image(folder / "a.jpg", out, "-s", "identity", "--size", "1000000x")
    assert caught.value.hint == "choose a smaller --size"


def test_weight_of_single_style_is_its_strength(models: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    image(folder / "c.jpg", out, "-s", "invert:0.25")
    before = read_photo(folder / "c.jpg").image.astype(int)
    wanted = 0.75 * before + 0.25 * (255 - before)
    assert np.abs(read_photo(out).image - wanted).max() <= 1
    image(folder / "c.jpg", out, "-s", "invert:2", "-y")
    assert np.array_equal(read_photo(out).image, 255 - before)


def test_mask(models: Path, tmp_path: Path) -> None:
    source, result = photo_file(tmp_path), tmp_path / "out.png"
    image(source, result, "-s", "invert", "--mask", "person")
    before, after = (read_photo(path).image.astype(int) for path in (source, result))
    nose, flag = (115, 222), (100, 20)
    assert np.abs(255 - before[nose] - after[nose]).max() < 12
    assert np.abs(before[flag] - after[flag]).max() < 12
    assert b'nst:mask="person"' in result.read_bytes()


def test_mask_names_the_areas(models: Path, folder: Path, tmp_path: Path) -> None:
    result = image(folder, tmp_path / "out", "-s", "invert", "--mask", "face", code=2)
    assert "use person or background" in " ".join(result.output.split())


def test_two_styles_are_refused(models: Path, folder: Path, tmp_path: Path) -> None:
    result = image(folder, tmp_path / "out", "-s", "invert", "-s", "keep", code=2)
    assert "invert:0.5,keep:0.5 blends them" in " ".join(result.output.split())


def test_morph_needs_two_styles(models: Path) -> None:
    words = ["webcam", "-s", "invert", "--source", "synthetic", "--sink", "null", "--morph", "0.4"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "needs two styles" in result.output


def test_pipe_gives_png(models: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "realtime_nst", "image", "-", "-", "-s", "invert"]
    coded = (folder / "d.png").read_bytes()
    result = subprocess.run(command, input=coded, capture_output=True, check=True)
    painted = cv2.imdecode(np.frombuffer(result.stdout, np.uint8), cv2.IMREAD_UNCHANGED)
    assert painted is not None
    assert result.stdout.startswith(b"\x89PNG")
    assert np.array_equal(painted[..., 3], PICTURE[..., 3])


@pytest.mark.parametrize(
    ("name", "magic"), [("jpg", b"\xff\xd8"), ("WebP", b"RIFF"), ("avif", b"\0\0\0 ftypavif")]
)
def test_pipe_in_another_format(models: Path, folder: Path, name: str, magic: bytes) -> None:
    words = ["image", "-", "-", "-s", "invert", "--device", "cpu", "--format", name]
    result = CliRunner().invoke(app, words, input=(folder / "a.jpg").read_bytes())
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(magic)
    assert decode_photo(result.stdout_bytes, name).image.shape == (40, 60, 3)


def test_image_too_wide_for_the_format_of_the_pipe(models: Path) -> None:
    wide = cv2.imencode(".png", np.zeros((1, 20_000, 3), np.uint8))[1].tobytes()
    words = ["image", "-", "-", "-s", "invert", "--device", "cpu", "--format", "webp"]
    result = CliRunner().invoke(app, words, input=wide)
    assert isinstance(result.exception, SinkError)
    assert "cannot store 20000x1 pixels in a .webp" in str(result.exception)
    assert result.stdout_bytes == b""


def test_folder_in_another_format(models: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    image(folder, out, "-s", "invert", "-r", "--format", "avif", code=1)
    assert names(out) == ["a.avif", "c.avif", "d.avif", "sub/e.avif"]


def test_format_errors(models: Path, folder: Path, tmp_path: Path) -> None:
    result = image(folder / "a.jpg", "-", "-s", "invert", "--format", "bmp", code=2)
    assert "'bmp' is none of png, jpg, jpeg, webp, avif" in " ".join(result.output.split())
    with pytest.raises(SinkError, match=r"out\.png as webp") as caught:
        image(folder / "a.jpg", tmp_path / "out.png", "-s", "invert", "--format", "webp")
    assert (
        caught.value.hint == f"name it {tmp_path / 'out.webp'}, or leave out --format and --preset"
    )


def test_videos_and_animations_are_refused(models: Path, tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip())
    animation = cv2.Animation()
    animation.frames, animation.durations = [PICTURE, 255 - PICTURE], [100, 100]
    (tmp_path / "in.gif").write_bytes(cv2.imencodeanimation(".gif", animation)[1].tobytes())
    for path, what in ((clip, "is a video"), (tmp_path / "in.gif", "is animated")):
        with pytest.raises(SourceError, match=what) as caught:
            image(path, tmp_path / "out.png", "-s", "invert")
        assert caught.value.hint.startswith(f"realtime-nst video {path} ")


def test_photo_jobs(folder: Path, tmp_path: Path) -> None:
    out, first, second = tmp_path / "out", folder / "a.jpg", folder / "c.jpg"
    heic = folder / "f.HEIC"
    heic.touch()
    assert photo_jobs([first], out) == [PhotoJob(first, out / "a.jpg")]
    assert photo_jobs([first], out / "x.webp") == [PhotoJob(first, out / "x.webp")]
    assert photo_jobs([heic], out) == [PhotoJob(heic, out / "f.png")]
    numbered = photo_jobs([first, second], out / "%03d.png")
    assert [job.result.name for job in numbered] == ["001.png", "002.png"]
    assert len(photo_jobs([folder / "*.jpg"], out)) == 3
    assert len(photo_jobs([folder], out, recursive=True)) == 6
    assert photo_jobs([Path("-")], out) == [PhotoJob(Path("-"), out / "image.png")]


@pytest.mark.parametrize(
    ("sources", "result", "error", "message", "hint"),
    [
        (["a.jpg", "c.jpg"], "one.png", SinkError, ": it holds one", "one-%06d.png"),
        (["a.jpg"], "one.bmp", SinkError, "unknown file extension", "use one of .png"),
        (["a.jpg", "sub/../a.jpg"], "out", SinkError, "2 images would all be written to", "rename"),
        (["a.jpg"], "a.jpg", SinkError, "it is the input", "another name"),
        (["nested"], "out", SourceError, "there is no image in", "--recursive"),
        (["empty"], "out", SourceError, "there is no image in", ".heic"),
        (["*.bmp"], "out", SourceError, "no file matches", "pattern"),
    ],
)
def test_photo_jobs_errors(
    folder: Path, sources: list[str], result: str, error: type[NstError], message: str, hint: str
) -> None:
    (folder / "empty").mkdir()
    (folder / "nested" / "deep").mkdir(parents=True)
    (folder / "nested" / "deep" / "a.png").touch()
    with pytest.raises(error, match=message) as caught:
        photo_jobs([folder / source for source in sources], folder / result)
    assert hint in caught.value.hint
