"""Packets of an encoder: decoding times, and the same bytes on every machine."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from realtime_nst.frame import ColorSpec
from realtime_nst.sinks.video.codecs import CODECS, CONTAINERS, VideoOptions, encoder_options
from realtime_nst.sinks.video.color import FrameFactory, fill_unspecified, frame_factory
from realtime_nst.sinks.video.encoder import Encoder

ON_ONE_CORE = """
import os, sys
from fractions import Fraction
from pathlib import Path
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources.synthetic import SyntheticSource

os.sched_setaffinity(0, eval(sys.argv[1]))
source = SyntheticSource(320, 240, Fraction(25), 60)
with open_sink(Path(sys.argv[3]), source.info, VideoOptions(sys.argv[2])) as sink:
    for frame in source:
        sink.write(frame)
"""


def prepare(context: VideoCodecContext) -> FrameFactory:
    context.width, context.height, context.pix_fmt = 64, 48, "yuv420p"
    context.time_base = Fraction(1, 25)
    return frame_factory(context, fill_unspecified(ColorSpec(), 48))


@pytest.mark.parametrize("count", [1, 2])
def test_x265_pieces_too_short_to_reorder_are_decoded_as_they_are_shown(
    tmp_path: Path, count: int
) -> None:
    """x265 gives numbers from memory that nobody initialized."""
    image = np.zeros((48, 64, 3), np.uint8)
    options = encoder_options(CODECS["hevc"], CONTAINERS[".mp4"], VideoOptions("hevc"))
    with av.open(str(tmp_path / "out.mp4"), "w") as output:
        encoder = Encoder(output.add_stream("libx265", 25, options), options, prepare)
        found = []
        for piece in range(5):
            for index in range(count):
                found += encoder.encode(image, piece * count + index)
            found += encoder.flush()
            encoder.renew()
        assert [packet.pts for packet in found] == list(range(5 * count))
        assert [packet.dts for packet in found] == list(range(5 * count))
        for packet in found:
            output.mux(packet)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two cores and a way to leave one out",
)
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9", "prores", "ffv1"])
def test_packets_do_not_depend_on_the_number_of_cores(tmp_path: Path, codec: str) -> None:
    cores = os.sched_getaffinity(0)
    made = []
    for number, allowed in enumerate((cores, {min(cores)})):
        path = tmp_path / f"{number}.mkv"
        command = [sys.executable, "-c", ON_ONE_CORE, repr(allowed), codec, str(path)]
        subprocess.run(command, check=True)
        with av.open(str(path)) as file:
            packets = [(packet.pts, bytes(packet)) for packet in file.demux(video=0)]
            made.append((file.streams.video[0].codec_context.extradata, packets))
    assert made[0] == made[1]
