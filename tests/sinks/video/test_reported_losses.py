"""Side data of frames and streams is kept, or its loss is reported."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame

from realtime_nst.sinks import open_sink
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, make

CODE = "01:00:00:00"
BOXES = (b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov")


def convert(source: Path, target: Path, reading: ReadOptions = ReadOptions()) -> list[str]:  # noqa: B008
    with open_source(source, reading) as frames, open_sink(target, frames.info) as sink:
        for frame in frames:
            sink.write(frame)
    return [*frames.info.notes, *sink.notes]


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def with_box(path: Path, extra: bytes) -> Path:
    """Add a box to the description of the video stream."""
    data = bytearray(make(path, Clip()).read_bytes())
    place = data.find(b"avc1", data.find(b"stsd")) - 4
    (length,) = struct.unpack_from(">I", data, place)
    data[place + length : place + length] = extra
    struct.pack_into(">I", data, place, length + len(extra))
    for kind in BOXES:
        start = data.find(kind) - 4
        (length,) = struct.unpack_from(">I", data, start)
        struct.pack_into(">I", data, start, length + len(extra))
    path.write_bytes(data)
    return path


def aperture(width: int, height: int) -> bytes:
    return box(b"clap", struct.pack(">8i", width, 1, height, 1, 0, 1, 0, 1))


SPHERE = box(
    b"sv3d",
    box(b"svhd", b"\0" * 4 + b"me\0")
    + box(b"proj", box(b"prhd", b"\0" * 16) + box(b"equi", b"\0" * 20)),
)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (aperture(64, 48), []),
        (aperture(64, 32), [
            "the input's clean aperture is 64x32; the whole frame is kept",
        ]),
        (SPHERE, ["the input is a 360 degree video; players will show the result flat"]),
        (box(b"st3d", b"\0" * 5), []),  # not stereoscopic
        (box(b"st3d", b"\0" * 4 + b"\2"), [
            "the input is stereoscopic; players will show the result flat",
        ]),
    ],
)  # fmt: skip
def test_lost_description_of_frames_is_reported(
    tmp_path: Path, extra: bytes, expected: list[str]
) -> None:
    source = with_box(tmp_path / "in.mp4", extra)
    assert convert(source, tmp_path / "out.mp4") == expected


def captioned(path: Path) -> Path:
    """H.264 whose every frame carries two bytes of CEA-608."""
    clip = make(path.with_suffix(".mp4"), Clip())
    raw = path.with_suffix(".h264")
    captions = b"\xb5\0\x31GA94\x03\x41\xff\xfc\x80\x80\xff"
    message = b"\0\0\1\x06" + bytes([4, len(captions)]) + captions + b"\x80"
    with av.open(str(clip)) as source, av.open(str(raw), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    data = raw.read_bytes()
    for kind in (b"\x65", b"\x41", b"\x61", b"\x01"):  # slices
        data = data.replace(b"\0\0\1" + kind, message + b"\0\0\1" + kind)
    raw.write_bytes(data)
    with av.open(str(raw)) as source, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size:
                packet.pts = packet.dts = number * 40
                packet.time_base, packet.stream = Fraction(1, 1000), stream
                output.mux(packet)
    return path


def test_lost_captions_are_reported(tmp_path: Path) -> None:
    notes = convert(captioned(tmp_path / "in.mkv"), tmp_path / "out.mkv")
    assert notes == ["the closed captions inside the frames (CEA-608 or 708) are dropped"]


def timecoded(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", 25, {"preset": "ultrafast"})
        stream.codec_context.width, stream.codec_context.height = 64, 48
        stream.metadata["timecode"] = CODE
        for _ in range(50):
            output.mux(stream.encode(VideoFrame(64, 48, "yuv420p")))
        output.mux(stream.encode(None))
    return path


def timecodes(path: Path) -> dict[str, str]:
    """By kind of stream."""
    with av.open(str(path)) as file:
        tags = {stream.type: stream.metadata for stream in file.streams}
    found = {kind: {**tag, **{k.lower(): v for k, v in tag.items()}} for kind, tag in tags.items()}
    return {kind: tag["timecode"] for kind, tag in found.items() if "timecode" in tag}


@pytest.mark.parametrize(
    ("ending", "start", "said", "found"),
    [
        ("mov", 0, None, {"video": CODE, "data": CODE}),
        ("mp4", 0, None, {"video": CODE, "data": CODE}),
        ("mkv", 0, "the timecode, becomes a tag", {"video": CODE}),
        ("avi", 0, "the timecode, is dropped: the format does not support it", {}),
        ("mov", 1, "the timecode, is dropped: it refers to the beginning", {}),
        ("mkv", 1, "the timecode, is dropped: it refers to the beginning", {}),
    ],
)
def test_timecode_is_kept_or_its_loss_reported(
    tmp_path: Path, ending: str, start: int, said: str | None, found: dict[str, str]
) -> None:
    source, out = timecoded(tmp_path / "in.mov"), tmp_path / f"out.{ending}"
    notes = convert(source, out, ReadOptions(start=Fraction(start)))
    assert len(notes) == (said is not None)
    assert all(said and said in note for note in notes)
    assert timecodes(out) == found
