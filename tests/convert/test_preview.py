"""Previews: which frames they show, and the speed that they measure."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.preview import CELL, contact_rows, preview, preview_frames
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.errors import SourceError
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.sources.options import ReadOptions
from realtime_nst.stylize.loading import open_timeline
from realtime_nst.stylize.timeline import Timeline
from tests.helpers.video_clips import Clip, make

FRAMES = 100
PLAIN = ConversionOptions(reading=ReadOptions(rate=Fraction(25)))


def video(path: Path, brightness: dict[int, int] | None = None) -> Path:
    """Write four seconds: stripes whose brightness is the frame's number, some frames plain."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", 25, {"crf": "1", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(FRAMES):
            image = np.full((48, 64, 3), number, np.uint8)
            image[:, ::4] = image[:, 1::4] = 255
            if brightness and number in brightness:
                image[:] = brightness[number]
            output.mux(stream.encode(VideoFrame.from_ndarray(image, "bgr24")))
        output.mux(stream.encode(None))
    return path


def numbers(path: Path, options: ConversionOptions = PLAIN) -> list[int]:
    """Return the numbers of the frames that a preview shows."""
    _, frames = preview_frames(path, options)
    return [round(float(frame.image[:, 2::4].mean())) for frame in frames]


@pytest.fixture
def invert(models: Path) -> Timeline:
    inference = InferenceOptions(device="cpu", threads=1)
    return open_timeline({Fraction(0): "invert"}, options=inference)[0]


def test_frames_of_start_middle_and_end(tmp_path: Path) -> None:
    assert numbers(video(tmp_path / "in.mp4")) == pytest.approx([10, 50, 90], abs=2)


def test_black_frames_are_avoided(tmp_path: Path) -> None:
    black = dict.fromkeys(range(88, 100), 0)
    assert numbers(video(tmp_path / "in.mp4", black)) == pytest.approx([10, 50, 85], abs=2)


def test_frames_of_a_part(tmp_path: Path) -> None:
    path = video(tmp_path / "in.mp4")
    reading = replace(PLAIN.reading, start=Fraction(2), end=Fraction(3))
    info, frames = preview_frames(path, replace(PLAIN, reading=reading))
    assert [round(float(frame.pts), 2) for frame in frames] == [0.1, 0.5, 0.9]
    assert info.frames == 25


def test_plain_video_has_a_preview(tmp_path: Path) -> None:
    black = dict.fromkeys(range(FRAMES), 0)
    assert len(preview_frames(video(tmp_path / "in.mp4", black), PLAIN)[1]) == 3


def test_single_image_gives_one_frame(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "000001.png"), np.zeros((48, 64, 3), np.uint8))
    assert len(preview_frames(tmp_path / "%06d.png", PLAIN)[1]) == 1


def test_preview_shows_stylized_frame_and_input(tmp_path: Path, invert: Timeline) -> None:
    job = Job(video(tmp_path / "in.mp4"), tmp_path / "out.mp4")
    options = replace(PLAIN, shape=OutputShape((32, 24), side_by_side=True))
    found = preview(job, options, invert)
    assert found.image.shape == (3 * 24 + 16, 2 * 32 + 8, 3)
    left, right = found.image[:24, :32], found.image[:24, 40:]
    assert np.abs(left.astype(int) - (255 - right.astype(int))).max() <= 1
    assert found.frames == FRAMES
    assert found.seconds == pytest.approx(FRAMES / found.fps)
    assert not (tmp_path / "out.mp4").exists()


def test_pipe_is_measured_without_writing_to_it(
    tmp_path: Path, invert: Timeline, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    found = preview(Job(video(tmp_path / "in.mp4"), Path("-")), PLAIN, invert)
    assert found.fps > 0
    assert capfdbinary.readouterr().out == b""


def test_short_video_has_no_estimate(tmp_path: Path, invert: Timeline) -> None:
    found = preview(
        Job(make(tmp_path / "in.mp4", Clip(ticks=(0, 512, 1024))), tmp_path / "out.mp4"),
        PLAIN,
        invert,
    )
    assert (found.seconds, found.fps) == (None, 0.0)


def test_large_frames_are_reduced() -> None:
    image = np.zeros((1080, 1920, 3), np.uint8)
    assert contact_rows([(image, image)]).shape == (540, 2 * CELL + 8, 3)


def test_preview_errors(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(SourceError, match="not a supported video"):
        preview_frames(tmp_path / "text.mp4", PLAIN)
