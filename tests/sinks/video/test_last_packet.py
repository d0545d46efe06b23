"""The last frames of a file."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source
from tests.helpers.video_clips import content


def write_still(path: Path, rate: int, count: int, options: VideoOptions) -> None:
    """The same image again and again, from which encoders make long chains of B-frames."""
    image = np.full((48, 64, 3), 90, np.uint8)
    info = StreamInfo("still", 64, 48, Fraction(rate), count, time_base=Fraction(1, rate))
    with open_sink(path, info, options) as sink:
        for index in range(count):
            sink.write(Frame(image, index, Fraction(index, rate), 0.0, Fraction(1, rate)))


@pytest.mark.parametrize(
    ("rate", "counts"), [(30, (31, 61)), (25, (51, 52, 53, 76)), (10, (11, 12, 13, 21, 31))]
)
@pytest.mark.parametrize(("codec", "ending"), [("h264", "mp4"), ("h264", "mov"), ("hevc", "mp4")])
def test_mp4_keeps_last_frame_just_past_a_whole_second(
    tmp_path: Path, codec: str, ending: str, rate: int, counts: tuple[int, ...]
) -> None:
    for count in counts:
        path = tmp_path / f"{count}.{ending}"
        write_still(path, rate, count, VideoOptions(codec))
        assert content(path).pts == [Fraction(index, rate) for index in range(count)]


@pytest.mark.parametrize("count", [2, 11, 12, 13, 21])
def test_mp4_keeps_all_frames_of_a_copied_video_stream(tmp_path: Path, count: int) -> None:
    """Matroska, where it comes from, has no dts for the first ones."""
    write_still(tmp_path / "one.mp4", 10, count, VideoOptions())
    two, out = tmp_path / "two.mkv", tmp_path / "out.mp4"
    with av.open(str(tmp_path / "one.mp4")) as source, av.open(str(two), "w") as output:
        ways = [output.add_stream_from_template(source.streams.video[0]) for _ in range(2)]
        for packet in source.demux(video=0):
            for way in ways if packet.dts is not None else ():
                copy = Packet(bytes(packet))
                copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
                copy.duration, copy.is_keyframe = packet.duration, packet.is_keyframe
                copy.stream = way
                output.mux(copy)
    with open_source(two) as frames, open_sink(out, frames.info) as sink:
        for frame in frames:
            sink.write(frame)
    with av.open(str(out)) as file:
        assert len(list(file.decode(video=1))) == count
