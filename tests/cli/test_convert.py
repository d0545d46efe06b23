"""The command ``video`` with folders, parts, pipes and images, in real processes."""

import json
import os
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from realtime_nst.convert.file_info import file_info
from realtime_nst.convert.jobs import Job, jobs_for
from realtime_nst.errors import SinkError, SourceError
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, content, make
from tests.sources.video.test_damaged_files import damaged

COMMAND = [sys.executable, "-m", "realtime_nst", "video"]
STYLE = ["--style", "identity", "--device", "cpu"]


def call(
    *arguments: object, given: bytes | None = None, code: int = 0
) -> subprocess.CompletedProcess[bytes]:
    command = [*COMMAND, *map(str, arguments), *STYLE]
    result = subprocess.run(command, input=given, capture_output=True, check=False, env=os.environ)
    assert result.returncode == code, result.stderr.decode()
    return result


@pytest.fixture
def clip(models: Path, tmp_path: Path) -> Path:
    return make(tmp_path / "in.mp4", Clip(sound="aac", ticks=tuple(range(0, 50 * 512, 512))))


def test_video_folder(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for name in ("a.mp4", "b.mkv", "d.mov"):
        shutil.copy(clip, tmp_path / "many" / name)
    (tmp_path / "many" / "c.mp4").write_bytes(clip.read_bytes()[:2000])
    (tmp_path / "many" / "notes.txt").write_text("not a video")
    told = call(tmp_path / "many", tmp_path / "out", code=1).stderr.decode()
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == ["a.mp4", "b.mkv", "d.mov"]
    table = told.splitlines()[-4:]
    assert [line.split()[0] for line in table] == ["done", "done", "failed", "done"]
    assert "c.mp4: not a supported video" in table[2]
    before = (tmp_path / "out" / "a.mp4").stat().st_mtime_ns
    again = call(tmp_path / "many", tmp_path / "out", "--skip-existing", "--json", code=1)
    states = [(Path(row["source"]).name, row["state"]) for row in json.loads(again.stdout)]
    expected = ["skipped", "skipped", "failed", "skipped"]
    assert states == list(zip(("a.mp4", "b.mkv", "c.mp4", "d.mov"), expected, strict=True))
    assert (tmp_path / "out" / "a.mp4").stat().st_mtime_ns == before


def test_video_skip_existing_converts_into_empty_folder(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    call(clip, tmp_path / "films", "--skip-existing")
    assert [path.name for path in (tmp_path / "films").iterdir()] == ["in.mp4"]


def test_video_json(clip: Path, tmp_path: Path) -> None:
    (outcome,) = json.loads(call(tmp_path / "none.mp4", "o.mp4", "--json", code=1).stdout)
    assert (outcome["state"], "there is no" in outcome["error"]) == ("failed", True)
    piped = call(clip, "-", "--json", "--no-stats")
    assert piped.stdout.startswith(b"YUV4MPEG2")
    assert piped.stderr.decode().rstrip().endswith("]")  # not among the frames
    assert b"busy: " not in piped.stderr


@pytest.mark.parametrize(
    ("result", "said"),
    [("in.mp4", "is the input"), ("in.mp4/out.mp4", "in.mp4 is not a folder")],
)
def test_dry_run_checks_output_path(clip: Path, tmp_path: Path, result: str, said: str) -> None:
    told = call(clip, tmp_path / result, "--dry-run", code=1).stderr.decode()
    assert said in told
    assert "hint: " in told


def test_dry_run_continues_after_broken_file(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    shutil.copy(clip, tmp_path / "many" / "b.mp4")
    (tmp_path / "many" / "a.mp4").write_text("no video")
    told = call(tmp_path / "many", tmp_path / "out", "--dry-run", code=1).stdout.decode()
    assert "a.mp4: not a supported video" in told
    assert f"-> {tmp_path / 'out' / 'b.mp4'}" in told
    assert not (tmp_path / "out").exists()


def test_video_permission_errors(clip: Path, tmp_path: Path) -> None:
    """Root ignores permissions, unless it gives up that capability."""
    limits = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    root = os.geteuid() == 0
    if root and not shutil.which(limits[0]):
        pytest.skip("root may read and write everything, and there is no setpriv")
    secret, closed = tmp_path / "secret.mp4", tmp_path / "closed"
    shutil.copy(clip, secret)
    secret.chmod(0)
    closed.mkdir(0o555)
    for source, result, said in (
        (secret, tmp_path / "out.mp4", f"error: cannot read {secret}: Permission denied"),
        (clip, closed / "out.mp4", f"error: cannot write into {closed}: Permission denied"),
        (clip, closed / "a" / "%d.png", f"error: cannot create {closed / 'a'}: Permission denied"),
    ):
        command = [*COMMAND, str(source), str(result), *STYLE]
        command = [*limits, *command] if root else command
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
        assert ended.returncode == 1
        assert said in ended.stderr
        assert "hint: " in ended.stderr
    assert not list(closed.iterdir())
    assert not list(tmp_path.glob("out*"))


def test_jobs_for(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.wmv", "sub/a.mp4", "pictures/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    out = tmp_path / "out"
    a, b = tmp_path / "a.mp4", tmp_path / "b.wmv"
    both = [Job(a, out / "a.mp4"), Job(b, out / "b.mp4")]
    assert jobs_for([a], out / "x.mkv") == [Job(a, out / "x.mkv")]
    assert jobs_for([a], f"{out}/") == jobs_for([tmp_path / "a.*"], out) == [Job(a, out / "a.mp4")]
    pictures = [Job(tmp_path / "pictures", out / "pictures.mp4")]
    assert jobs_for([tmp_path / "pictures"], f"{out}/") == pictures
    numbered = tmp_path / "pictures" / "%d.png"
    assert jobs_for([numbered], tmp_path) == [Job(numbered, tmp_path / "pictures.mp4")]
    assert jobs_for([a], numbered) == [Job(a, numbered)]
    for sources in ([a, b], [tmp_path], [tmp_path / "*.*"], [tmp_path / "[ab].*"]):
        assert jobs_for(sources, out) == both
    with pytest.raises(SinkError, match="2 videos would have this name"):
        jobs_for([a, tmp_path / "sub" / "a.mp4"], out)
    for single in (out / "x.mp4", out / "%d.png", "-"):
        with pytest.raises(SinkError, match="cannot write several videos to "):
            jobs_for([a, b], single)
    with pytest.raises(SinkError, match="it has no extension and is not a folder") as caught:
        jobs_for([a], out)
    assert caught.value.hint == "out.mp4 for a video, out/ for a folder, out/%06d.png for images"
    with pytest.raises(SinkError, match="cannot name the result of a pipe"):
        jobs_for([Path("-")], tmp_path)
    with pytest.raises(SourceError, match="no file matches"):
        jobs_for([tmp_path / "*.avi"], out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=r"neither a video nor an image in .*empty"):
        jobs_for([tmp_path / "empty"], out)


def test_video_part_size_and_rate(clip: Path, tmp_path: Path) -> None:
    part = ["--start", "0.4", "--duration", "0:01", "--size", "32x", "--fps", "12.5"]
    call(clip, tmp_path / "out.mp4", *part, "--side-by-side", "--render-scale", "0.5", "--no-audio")
    found = content(tmp_path / "out.mp4")
    assert found.pts == [index * Fraction(2, 25) for index in range(13)]
    assert (found.size, found.sound) == ((64, 24), [])


def test_dry_run_writes_nothing(clip: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    told = call(clip, tmp_path / "out.webm", "--dry-run").stdout.decode().splitlines()
    assert told[0] == f"{clip}: 64x48, 25 fps, 50 frames"
    assert told[1] == f"  -> {tmp_path / 'out.webm'}: 64x48, 25 fps, 50 frames"
    assert told[2].startswith("  note: audio stream 1 (aac")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["frames/%04d.png", "frames/picture-%d.jpg"])
def test_video_to_images_and_back(clip: Path, tmp_path: Path, name: str) -> None:
    call(clip, tmp_path / name)
    assert len(list((tmp_path / "frames").iterdir())) == 50
    with open_source(tmp_path / name, ReadOptions(rate=Fraction(24))) as source:
        assert [frame.pts for frame in source] == [Fraction(index, 24) for index in range(50)]
    call(tmp_path / name, tmp_path / "out.mp4", "--fps", "24")
    assert content(tmp_path / "out.mp4").rate == 24
    assert len(content(tmp_path / "out.mp4").pts) == 50


def test_numbered_images_are_sorted_by_number(tmp_path: Path) -> None:
    from tests.contracts.test_sources import picture

    for number in (9, 10, 100):
        picture(tmp_path / f"f{number}.png", width=number)
    widths = [frame.image.shape[1] for frame in open_source(tmp_path / "f%d.png")]
    assert widths == [9, 10, 100]
    with pytest.raises(SourceError, match="no images match"):
        open_source(tmp_path / "g%d.png")
    part = ReadOptions(Fraction(1, 25), Fraction(2, 25), rate=Fraction(25))
    assert [frame.image.shape[1] for frame in open_source(tmp_path / "f%d.png", part)] == [10]
    with pytest.raises(SourceError, match="none of them in the requested part"):
        open_source(tmp_path, ReadOptions(Fraction(5), rate=Fraction(25)))


def test_on_error_stop_or_skip(models: Path, tmp_path: Path) -> None:
    clip = damaged(tmp_path)
    told = call(clip, tmp_path / "out.mp4", code=1).stderr.decode()
    assert "error: " in told
    assert "is damaged" in told
    assert "hint: use --on-error skip" in told
    assert not (tmp_path / "out.mp4").exists()
    told = call(clip, tmp_path / "out.mp4", "--on-error", "skip").stderr.decode()
    assert told.count("note: skipped: ") == 3
    assert len(content(tmp_path / "out.mp4").pts) == 27


def test_video_pipes(clip: Path, tmp_path: Path) -> None:
    raw = call(clip, "-").stdout
    assert raw.startswith(b"YUV4MPEG2 W64 H48 F25:1")
    call("-", tmp_path / "out.mp4", given=raw)
    assert content(tmp_path / "out.mp4").pts == content(clip).pts
    call("-", tmp_path / "film.mkv", given=make(tmp_path / "a.mkv", Clip()).read_bytes())
    assert len(content(tmp_path / "film.mkv").pts) == 10
    assert (
        "not a supported video"
        in call("-", tmp_path / "n.mp4", given=b"no", code=1).stderr.decode()
    )


def test_closed_pipe_prints_one_error(clip: Path) -> None:
    command = [*COMMAND, str(clip), "-", *STYLE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        told = process.stderr.read().decode()
    assert process.returncode == 1
    assert "error: cannot write to the pipe: its reader has closed it" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "big"], "is not a size"),
        (["--size", "0x10"], "is not a size"),
        (["--start", "1h"], "is not a time"),
        (["--fps", "0"], "is not a frame rate"),
        (["--start", "2", "--end", "1"], "must be later"),
        (["--end", "2", "--duration", "1"], "give one of them"),
        (["--on-error", "ignore"], "neither stop nor skip"),
        (["--mask", "people"], "use person or background"),
    ],
)
def test_invalid_option_values(clip: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = call(clip, tmp_path / "out.mp4", *arguments, code=2)
    assert said in " ".join(result.stderr.decode().split())
    assert not (tmp_path / "out.mp4").exists()


def test_video_mask(clip: Path, tmp_path: Path) -> None:
    result = tmp_path / "out.mkv"
    call(clip, result, "--mask", "background", "--codec", "ffv1")
    assert len(content(result).pts) == len(content(clip).pts)
    assert file_info(result).settings["mask"] == "background"


def test_parse_rate_ntsc() -> None:
    from realtime_nst.cli.parsing import parse_rate

    assert parse_rate("29.97") == parse_rate("30000/1001") == Fraction(30000, 1001)
    assert parse_rate("23.976") == Fraction(24000, 1001)
    assert parse_rate("25") == 25
    assert [parse_rate(text) for text in ("1", "5", "30")] == [1, 5, 30]
    assert parse_rate("0.004") == Fraction(1, 250)
    assert parse_rate("12.5") == Fraction(25, 2)
