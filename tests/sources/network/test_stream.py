"""Streams and videos on the web, from real servers on loopback."""

import shutil
import subprocess
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from realtime_nst.errors import SourceError
from realtime_nst.sources.live import open_live, wait_for_source
from realtime_nst.sources.network.address import open_url
from realtime_nst.sources.network.mjpeg import MjpegSource
from realtime_nst.sources.network.stream import StreamSource
from realtime_nst.sources.paced import PacedSource
from realtime_nst.stages import no_op
from realtime_nst.urls import redact
from tests.helpers import timestamp_overlay
from tests.helpers.http_camera import running
from tests.helpers.stream_server import SERVERS, free_port, streaming
from tests.helpers.video_clips import Clip, make
from tests.helpers.web_server import serving

FRAMES = 20


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with a video, an HLS playlist and an image."""
    fast = make(tmp_path / "slow.mp4", Clip())
    with (
        av.open(str(fast)) as source,
        av.open(str(tmp_path / "clip.mp4"), "w", options={"movflags": "+faststart"}) as output,
    ):
        copy(source, output)
    with (
        av.open(str(fast)) as source,
        av.open(
            str(tmp_path / "x.m3u8"), "w", format="hls", options={"hls_list_size": "0"}
        ) as output,
    ):
        copy(source, output)
    VideoFrame.from_ndarray(np.full((24, 32, 3), 77, np.uint8), "bgr24").save(
        str(tmp_path / "photo.png")
    )
    return tmp_path


def copy(source: av.container.InputContainer, output: av.container.OutputContainer) -> None:
    stream = output.add_stream_from_template(source.streams.video[0])
    for packet in source.demux(source.streams.video[0]):
        if packet.dts is not None:
            packet.stream = stream
            output.mux(packet)


@pytest.mark.parametrize("protocol", SERVERS)
def test_a_live_stream_without_audio_is_read(
    protocol: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if SERVERS[protocol][1] and not shutil.which("ffmpeg"):
        pytest.skip("needs ffmpeg")
    with (
        streaming(protocol) as (url, wait),
        wait_for_source(lambda: open_live(url), no_op, wait) as source,
    ):
        frames = list(islice(source, FRAMES))
    assert frames[0].image.shape == (240, 320, 3)
    assert all(timestamp_overlay.read(frame.image) is not None for frame in frames)
    for values in zip(*((f.index, f.pts) for f in frames), strict=True):
        assert list(values) == sorted(set(values))
    assert source.info.name == redact(url)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["clip.mp4", "x.m3u8"])
def test_a_video_on_the_web_has_every_frame_with_its_time(site: Path, name: str) -> None:
    with serving(site) as (url, _), StreamSource(f"{url}/{name}") as source:
        assert (source.live, source.has_end) == (False, True)
        assert source.info.rate == 25
        frames = list(source)
    assert [frame.index for frame in frames] == list(range(10))
    assert [frame.pts for frame in frames] == [Fraction(n, 25) for n in range(10)]


@pytest.mark.parametrize("name", ["clip.mp4", "x.m3u8", "photo.png"])
def test_what_has_an_end_is_paced_and_starts_over(site: Path, name: str) -> None:
    with serving(site) as (url, counts), open_url(f"{url}/{name}") as source:
        assert isinstance(source, PacedSource)
        source._clock, source._sleep = iter(range(10**6)).__next__, lambda _: None
        frames = list(islice(source, 25))
        assert len(frames) == 25
    assert counts[f"/{name}"] > 2


def test_a_video_on_the_web_ends_if_it_is_not_looped(site: Path) -> None:
    with serving(site) as (url, _), open_live(f"{url}/clip.mp4", loop=False) as source:
        shown = list(source)
    assert 0 < len(shown) <= 10


def test_a_camera_is_read_by_its_own_reader() -> None:
    with running("--frames", 40, "--rate", 200) as (url, _), open_url(url) as source:
        assert isinstance(source, MjpegSource)
        assert next(iter(source)).image.shape == (240, 320, 3)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
def test_a_session_description_opens_a_stream_of_the_network(tmp_path: Path) -> None:
    port = free_port("udp")
    # Created first, and complete: FFmpeg writes its own a moment after it has begun to send.
    (tmp_path / "x.sdp").write_text(
        f"v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 MP4V-ES/90000\n"
    )
    options = "-loglevel error -re -f lavfi -i testsrc=320x240:r=30 -c:v mpeg4 -g 5 -f rtp"
    command = ["ffmpeg", *options.split(), f"rtp://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as sender:
        try:
            with open_live(str(tmp_path / "x.sdp")) as source:
                frames = list(islice(source, FRAMES))
        finally:
            sender.kill()
    assert frames[0].image.shape == (240, 320, 3)


@pytest.mark.parametrize(
    ("url", "reason", "hint"),
    [
        ("rtsp://admin:hunter2@127.0.0.1:9/live?k=hunter2", "Connection refused", "player"),
        ("rtmp://127.0.0.1:9/live/hunter2", "Connection refused", "player"),
        ("srt://127.0.0.1:9?passphrase=hunter2", "srt is not supported", "without SRT"),
        ("telepathy://hunter2@host/", "telepathy is not supported", "player"),
    ],
)
def test_a_stream_that_cannot_be_opened_shows_no_password(
    url: str, reason: str, hint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if reason.startswith("srt") and "srt" in av.library_versions:
        pytest.skip("this PyAV has SRT")
    with pytest.raises(SourceError, match=reason) as caught:
        open_url(url)
    assert hint in caught.value.hint
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__suppress_context__
    assert capfd.readouterr().err == ""
