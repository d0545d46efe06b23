"""Videos with edit lists, several resolutions, several files or no seekable index."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from av.video.frame import VideoFrame

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, make
from tests.test_rising_clock import copy

TICKS = tuple(range(0, 50 * 512, 512))
EVEN = [Fraction(number, 25) for number in range(50)]
GRAY = 128


def read(path: Path, notes: list[str] | None = None) -> list[Frame]:
    reading = ReadOptions(on_note=(notes if notes is not None else []).append)
    with open_source(path, reading) as source:
        if notes is not None:
            notes.extend(source.info.notes)
        return list(source)


def test_edit_list_that_trims_is_no_damage(tmp_path: Path) -> None:
    """As phones write it when a video is trimmed: all samples stay in the file."""
    clip = make(tmp_path / "in.mp4", Clip(ticks=TICKS, options={"g": "25"}))
    data = bytearray(clip.read_bytes())
    entry = data.find(b"elst") + 12  # behind version, flags and number of entries
    scale = data.find(b"mvhd") + 16  # behind version, flags and two dates
    second = int.from_bytes(data[scale : scale + 4], "big")
    data[entry : entry + 4] = (second * 2 // 5).to_bytes(4, "big")  # of 2 s
    clip.write_bytes(data)
    with open_source(clip) as source:
        assert source.info.frames == 10
        assert [frame.pts for frame in source] == EVEN[:10]


def playlist(tmp_path: Path) -> Path:
    clip = make(tmp_path / "in.mp4", Clip(ticks=TICKS, sound="aac", options={"g": "25"}))
    path = tmp_path / "list.m3u8"
    with av.open(str(clip)) as source, av.open(str(path), "w", format="hls") as output:
        streams = {one.index: output.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return path


def concatenation(tmp_path: Path) -> Path:
    clip = make(tmp_path / "in.mp4", Clip(ticks=TICKS, sound="aac"))
    path = tmp_path / "list.ffconcat"
    path.write_text(f"ffconcat version 1.0\nfile {clip.name}\n")
    return path


@pytest.mark.parametrize("made", [playlist, concatenation])
def test_playlist_is_read_to_its_end(tmp_path: Path, made: type) -> None:
    path = made(tmp_path)
    assert copy(path, tmp_path / "out.mkv") == []
    with av.open(str(tmp_path / "out.mkv")) as file:
        assert sum(1 for _ in file.decode(video=0)) == 50
    with av.open(str(tmp_path / "out.mkv")) as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) > 90_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of Unix")
def test_named_pipe_is_opened_once_and_its_audio_is_reported(tmp_path: Path) -> None:
    data = make(tmp_path / "in.mkv", Clip(ticks=TICKS, sound="aac")).read_bytes()
    os.mkfifo(tmp_path / "pipe.mkv")
    writer = threading.Thread(target=(tmp_path / "pipe.mkv").write_bytes, args=[data])
    writer.start()
    notes: list[str] = []
    with open_source(tmp_path / "pipe.mkv", ReadOptions(on_note=notes.append)) as source:
        assert source.info.path is None
        assert "audio stream 1" in source.info.notes[0]
        assert len(list(source)) == 50
    writer.join()


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="there is no /dev/stdin")
def test_video_command_reads_dev_stdin(models: Path, tmp_path: Path) -> None:
    data = make(tmp_path / "in.mkv", Clip()).read_bytes()
    command = [sys.executable, "-m", "realtime_nst", "video", "/dev/stdin", "out.mp4"]
    command += ["-s", "identity", "--device", "cpu"]
    subprocess.run(command, input=data, cwd=tmp_path, env=os.environ, check=True, timeout=60)
    assert len(read(tmp_path / "out.mp4")) == 10


@pytest.mark.parametrize("size", [100, 10_000_000])
def test_mp4_through_a_pipe_with_its_index_at_the_end(tmp_path: Path, size: int) -> None:
    """A small one fits into FFmpeg's buffer; of a large one it is said what is wrong."""
    data = make(tmp_path / "in.mov", Clip()).read_bytes()
    place = data.find(b"mdat") - 4
    free = (size).to_bytes(4, "big") + b"free" + bytes(size - 8)
    data = data[:place] + data[place:] if size < 1000 else moved(data, place, free)
    command = [sys.executable, "-c", READ_STDIN]
    ended = subprocess.run(command, input=data, capture_output=True, env=os.environ, check=False)
    said = ended.stdout.decode()
    assert said == "10 frames\n" if size < 1000 else "its index is at the end" in said
    assert size < 1000 or "faststart" in said


READ_STDIN = """
from realtime_nst.errors import SourceError
from realtime_nst.sources import open_source
try:
    with open_source("-") as source:
        print(len(list(source)), "frames")
except SourceError as error:
    print(error, error.hint)
"""


def moved(data: bytes, place: int, between: bytes) -> bytes:
    """The index further behind; nothing of what it points to has moved."""
    end = place + int.from_bytes(data[place : place + 4], "big")
    return data[:end] + between + data[end:]


def test_b_frames_in_avi_come_at_even_times(tmp_path: Path) -> None:
    clip = Clip(tick=Fraction(1, 25), ticks=tuple(range(50)), options={"bf": "3"})
    assert [frame.pts for frame in read(make(tmp_path / "in.avi", clip))] == EVEN


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_bare_stream_has_its_own_rate(tmp_path: Path, codec: str) -> None:
    """FFmpeg's demuxer assumes 25."""
    encoder = {"h264": "libx264", "hevc": "libx265"}[codec]
    options = {"x265-params": "log-level=1"} if codec == "hevc" else {"bf": "2"}
    tick, ticks = Fraction(1, 30), tuple(range(30))
    clip = Clip(rate=Fraction(30), tick=tick, ticks=ticks, codec=encoder, options=options)
    with open_source(make(tmp_path / f"in.{codec}", clip)) as source:
        assert source.info.rate == 30
        assert [frame.pts for frame in source] == [number * tick for number in ticks]


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg: PyAV encodes no Theora")
def test_theora_repeats_frames_by_empty_packets(tmp_path: Path) -> None:
    path = tmp_path / "in.ogv"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "smptebars=s=96x64:r=25:d=2"]
    subprocess.run([*command, "-c:v", "libtheora", str(path)], check=True)
    assert [frame.pts for frame in read(path)] == EVEN


def encode(path: Path, frames: Iterator[VideoFrame], codec: str, pixels: str, **tags: str) -> Path:
    with av.open(str(path), "w") as output:
        first = next(frames)
        stream = output.add_stream(codec, 25)
        assert isinstance(stream, av.VideoStream)
        stream.metadata.update(tags)
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, pixels
        for number, frame in zip(count(), (first, *frames), strict=False):
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame.reformat(format=pixels)))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("in.mov", "qtrle", "argb"), ("in.mov", "png", "rgba"), ("in.webm", "libvpx-vp9", "yuva420p")],
)
def test_alpha_is_shown_on_white(tmp_path: Path, name: str, codec: str, pixels: str) -> None:
    """The right half is hidden, whatever its color."""
    rgba = np.full((64, 64, 4), (255, 0, 0, 255), np.uint8)
    rgba[:, 32:, 3] = 0
    frames = (VideoFrame.from_ndarray(rgba, "rgba") for _ in range(3))
    notes: list[str] = []
    (*_, last) = read(encode(tmp_path / name, frames, codec, pixels, alpha_mode="1"), notes)
    assert notes == ["the input is transparent; it is blended with white"]
    assert last.image[:, 40:].min() > 245
    assert last.image[:, :24, 0].max() < 20  # no blue


def test_opaque_video_with_alpha_has_no_note(tmp_path: Path) -> None:
    frames = (VideoFrame.from_ndarray(np.full((8, 8, 4), 255, np.uint8), "rgba") for _ in range(3))
    notes: list[str] = []
    assert len(read(encode(tmp_path / "in.mov", frames, "qtrle", "argb"), notes)) == 3
    assert notes == []


def joined(tmp_path: Path, *clips: Clip) -> Path:
    """Bare streams one after the other, in which a decoder sees the change."""
    parts = [make(tmp_path / f"{number}.h264", clip) for number, clip in enumerate(clips)]
    (tmp_path / "joined.h264").write_bytes(b"".join(part.read_bytes() for part in parts))
    return tmp_path / "joined.h264"


@pytest.mark.parametrize(
    ("second", "said", "black", "bright"),
    [
        ((48, 64), "48x64 from 2.0 s on", np.s_[:, :12], np.s_[2:20, 18:24]),
        ((128, 48), "128x48 from 2.0 s on", np.s_[:10, :], np.s_[14:22, 2:20]),
        ((128, 96), "128x96 from 2.0 s on", None, np.s_[2:20, 2:24]),
    ],
)
def test_other_size_on_the_way_is_fitted_with_bars(
    tmp_path: Path,
    second: tuple[int, int],
    said: str,
    black: tuple[slice, ...] | None,
    bright: tuple[slice, ...],
) -> None:
    first = Clip(ticks=TICKS)
    path = joined(tmp_path, first, replace(first, width=second[0], height=second[1]))
    notes: list[str] = []
    frames = read(path, notes)
    assert len(frames) == 100
    assert {frame.image.shape for frame in frames} == {(48, 64, 3)}
    (note,) = notes
    assert said in note
    assert frames[-1].image[bright].min() > GRAY
    assert black is None or frames[-1].image[black].max() < 20


def test_other_transfer_on_the_way_is_reported(tmp_path: Path) -> None:
    first = Clip(ticks=TICKS, colours=(120, 128, 128))
    path = joined(tmp_path, first, replace(first, transfer=16, primaries=9, colorspace=9))
    notes: list[str] = []
    frames = read(path, notes)
    (note,) = notes
    assert "changes from SDR to PQ from 2.0 s on" in note
    assert abs(int(frames[-1].image[0, 0, 0]) - int(frames[0].image[0, 0, 0])) > 5


def test_default_stream_wins_then_the_largest(tmp_path: Path) -> None:
    def made(path: Path, default: int | None) -> Path:
        with av.open(str(path), "w") as output:
            streams: list[av.VideoStream] = []
            for size in (64, 128, 96):
                stream = output.add_stream("libx264", 25)
                assert isinstance(stream, av.VideoStream)
                stream.width = stream.height = size
                stream.disposition = (
                    Disposition.default if len(streams) == default else Disposition(0)
                )
                streams.append(stream)
            for stream in streams:
                frame = VideoFrame(stream.width, stream.height, "yuv420p")
                frame.pts = 0
                output.mux([*stream.encode(frame), *stream.encode(None)])
        return path

    for default, width in ((0, 64), (1, 128), (2, 96), (None, 128)):
        with open_source(made(tmp_path / f"{default}.mkv", default)) as source:
            assert source.info.width == width


def test_only_audio_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "in.mka"), "w") as output:
        stream = output.add_stream("pcm_s16le", 48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), "s16", "mono")
        frame.sample_rate = 48000
        output.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(SourceError, match="contains no video"):
        open_source(tmp_path / "in.mka")
