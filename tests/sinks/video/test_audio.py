"""Audio that has to be transcoded."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec import Codec
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame

from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.audio import REPORTED_ERRORS
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source

RATE = 48000


def add_video(output: OutputContainer, seconds: int = 1) -> None:
    video = output.add_stream("libx264", 10, {"preset": "ultrafast"})
    video.codec_context.width, video.codec_context.height = 64, 48
    for _ in range(10 * seconds):
        output.mux(video.encode(VideoFrame(64, 48, "yuv420p")))
    output.mux(video.encode(None))


def add_audio(output: OutputContainer, codec: str, layout: str, rate: int = RATE) -> AudioStream:
    audio = cast(AudioStream, output.add_stream(codec, rate=rate))
    audio.codec_context.layout = layout
    if codec == "adpcm_ms":
        audio.codec_context.bit_rate = 128_000  # wrong, but the ffmpeg program's usual one
    return audio


def play(audio: AudioStream, layout: str, start: float = 0.0, rate: int = RATE) -> None:
    """Return a tone of one second."""
    channels = av.AudioLayout(layout).nb_channels
    tone = (8000 * np.sin(np.arange(rate) / 20)).astype(np.int16)
    frame = AudioFrame.from_ndarray(np.repeat(tone, channels).reshape(1, -1), "s16", layout)
    frame.sample_rate, frame.pts = rate, round(start * rate)
    frame.time_base = Fraction(1, rate)
    output = cast(OutputContainer, audio.container)
    output.mux(audio.encode(frame))
    output.mux(audio.encode(None))


def make_audible(path: Path, codec: str, layout: str, start: float = 0, rate: int = RATE) -> Path:
    with av.open(str(path), "w") as output:
        audio = add_audio(output, codec, layout, rate)
        add_video(output)
        play(audio, layout, start, rate)
    return path


def convert(
    source: Path,
    target: Path,
    options: VideoOptions = VideoOptions(),  # noqa: B008
) -> tuple[str, ...]:
    with open_source(source) as frames, open_sink(target, frames.info, options) as sink:
        for frame in frames:
            sink.write(frame)
    return sink.notes


def heard(path: Path) -> tuple[str, int, np.ndarray]:
    """Return codec, channels and the samples of the first channel."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        resampler = av.AudioResampler("flt")
        frames = [out for frame in file.decode(stream) for out in resampler.resample(frame)]
        samples = np.concatenate([frame.to_ndarray()[0, :: stream.channels] for frame in frames])
        return stream.codec_context.codec.canonical_name, stream.channels, samples


@pytest.mark.parametrize(
    ("source", "codec", "layout", "rate", "target", "becomes"),
    [
        ("mkv", "pcm_s16le", "mono", RATE, "mp4", "aac"),
        ("mkv", "pcm_s16le", "stereo", RATE, "mp4", "aac"),
        ("avi", "pcm_s16le", "stereo", RATE, "mp4", "aac"),
        ("nut", "pcm_s16le", "5.1", RATE, "mp4", "aac"),
        ("mkv", "pcm_s16le", "7.1", RATE, "mp4", "aac"),
        ("mov", "pcm_s24le", "stereo", RATE, "mp4", "aac"),
        ("mov", "pcm_f32le", "stereo", RATE, "mp4", "aac"),
        ("mov", "pcm_s24le", "stereo", RATE, "mov", ""),
        ("mov", "pcm_f32le", "stereo", RATE, "mov", ""),
        ("avi", "pcm_s16le", "stereo", RATE, "mov", ""),
        ("avi", "pcm_s16le", "stereo", RATE, "avi", ""),
        ("mkv", "libmp3lame", "mono", 8000, "mp4", "aac"),
        ("mkv", "libmp3lame", "mono", RATE, "mp4", ""),
        ("mkv", "flac", "stereo", RATE, "avi", "libmp3lame"),
        ("mkv", "flac", "5.1", RATE, "avi", "libmp3lame, stereo"),
        ("mkv", "flac", "5.1", RATE, "webm", "libopus"),
    ],
)  # fmt: skip
def test_audio_is_copied_or_encoded_again_and_reported(
    tmp_path: Path, source: str, codec: str, layout: str, rate: int, target: str, becomes: str
) -> None:
    clip = make_audible(tmp_path / f"in.{source}", codec, layout, rate=rate)
    notes = convert(clip, tmp_path / f"out.{target}")
    said = [note for note in notes if note.startswith("audio stream")]
    assert [note.split(" becomes ")[-1].split(":")[0] for note in said] == [becomes][: len(becomes)]
    name, channels, samples = heard(tmp_path / f"out.{target}")
    expected = Codec(becomes.split(",")[0] or codec, "w").canonical_name
    assert name == expected
    fewer = "stereo" in becomes
    assert channels == (2 if fewer else av.AudioLayout(layout).nb_channels)
    loudness = np.sqrt(2 * np.mean(samples[rate // 4 : rate // 2] ** 2)) / (8000 / 32768)
    assert 0.9 < loudness < (3 if fewer else 1.1)


def test_avi_takes_adpcm_of_a_wrong_bit_rate(tmp_path: Path) -> None:
    """By which FFmpeg 8's muxer counts time, so that blocks share a timestamp."""
    clip = make_audible(tmp_path / "in.avi", "adpcm_ms", "mono", rate=44100)
    notes = convert(clip, tmp_path / "out.avi")
    codec, _, samples = heard(tmp_path / "out.avi")
    assert (codec == "adpcm_ms") is (not notes)
    assert len(samples) / 44100 == pytest.approx(1, abs=0.1)


def test_avi_begins_late_audio_with_silence(tmp_path: Path) -> None:
    clip = make_audible(tmp_path / "in.mkv", "aac", "stereo", start=0.7)
    (note,) = convert(clip, tmp_path / "out.avi")
    assert note.startswith("audio stream")
    assert note.endswith("becomes libmp3lame: .avi starts all streams at once, so silence is added")
    _, _, samples = heard(tmp_path / "out.avi")
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    assert loud[0] / RATE == pytest.approx(0.7, abs=0.06)  # MP3 adds its own start
    assert (loud[-1] - loud[0]) / RATE == pytest.approx(1, abs=0.06)


def test_avi_fills_gaps_of_audio_with_silence(tmp_path: Path) -> None:
    clip = tmp_path / "in.mkv"
    with av.open(str(clip), "w") as output:
        audio = add_audio(output, "flac", "stereo")
        add_video(output, 4)
        tone = np.full((1, 2 * 4800), 8000, np.int16)
        for number in (*range(10), *range(25, 35)):
            frame = AudioFrame.from_ndarray(tone, "s16", "stereo")
            frame.sample_rate, frame.pts = RATE, number * 4800
            for packet in audio.encode(frame):
                output.mux(packet)
        output.mux(audio.encode(None))
    convert(clip, tmp_path / "out.avi")
    _, _, samples = heard(tmp_path / "out.avi")
    assert len(samples) / RATE == pytest.approx(3.5, abs=0.1)


def joined(path: Path, kinds: list[tuple[str, int]]) -> Path:
    """A broadcast whose AC-3 changes: each kind for a second."""
    data = b""
    for number, (layout, rate) in enumerate(kinds):
        piece = path.with_name(f"{number}.ac3")
        with av.open(str(piece), "w") as output:
            play(add_audio(output, "ac3", layout, rate), layout, rate=rate)
        data += piece.read_bytes()
    whole = path.with_name("whole.ac3")
    whole.write_bytes(data)
    with av.open(str(whole)) as source, av.open(str(path), "w") as output:
        audio = output.add_stream_from_template(source.streams.audio[0], opaque=True)
        add_video(output, len(kinds))
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = audio
                output.mux(packet)
    return path


@pytest.mark.parametrize(
    "kinds",
    [
        [("stereo", RATE), ("5.1", RATE)],
        [("5.1", RATE), ("stereo", RATE), ("mono", RATE)],
        [("stereo", RATE), ("stereo", 32000)],
    ],
)
def test_audio_may_change_its_channels_and_rate(
    tmp_path: Path, kinds: list[tuple[str, int]]
) -> None:
    broadcast = joined(tmp_path / "in.ts", kinds)
    convert(broadcast, tmp_path / "out.webm")
    _, _, samples = heard(tmp_path / "out.webm")
    assert len(samples) / RATE == pytest.approx(len(kinds), abs=0.15)


def test_damaged_audio_is_reported_a_few_times(tmp_path: Path) -> None:
    broken = tmp_path / "in.mkv"
    clip = make_audible(tmp_path / "whole.mkv", "flac", "stereo")
    with av.open(str(clip)) as source, av.open(str(broken), "w") as output:
        ways = [output.add_stream_from_template(s, opaque=True) for s in source.streams]
        for packet in source.demux():
            if packet.dts is None:
                continue
            way = ways[packet.stream.index]
            if packet.stream.type == "audio":
                noise = Packet(b"\xff\xf8" + bytes(40))
                noise.pts, noise.dts, noise.time_base = packet.pts, packet.dts, packet.time_base
                packet = noise
            packet.stream = way
            output.mux(packet)
    notes = convert(broken, tmp_path / "out.webm", VideoOptions(skip_broken=True))
    skipped = [note for note in notes if note.startswith("skipped: the audio of")]
    assert len(skipped) == REPORTED_ERRORS
    assert skipped[-1].endswith("; further ones are not reported")
