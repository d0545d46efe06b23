"""A small sample of scripts/fuzz_video.py."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import av
import pytest

from realtime_nst.sinks import open_sink
from realtime_nst.sources import open_source
from tests.helpers import onnx_models
from tests.helpers.video_clips import Clip, make

SCRIPT = Path(__file__).parents[2] / "scripts" / "fuzz_video.py"


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_video", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_damaged_files_are_done_or_refused(fuzz: ModuleType, tmp_path: Path) -> None:
    onnx_models.identity(tmp_path / "identity.onnx")
    for number, (name, data) in enumerate(fuzz.damaged(fuzz.seeds(tmp_path), 10, seed=7)):
        path = tmp_path / name
        path.write_bytes(data)
        skip = ("--on-error", "skip") if number % 2 else ()
        state, said = fuzz.attempt(path, tmp_path, *skip)
        assert state in ("done", "refused"), f"{name}: {state}\n{said}"


def test_tags_in_unknown_letters_do_no_harm(tmp_path: Path) -> None:
    clip = tmp_path / "in.avi"
    plain = make(tmp_path / "a.avi", Clip(tick=1 / Clip().rate, ticks=(0, 1)))
    with av.open(str(plain)) as file, av.open(str(clip), "w") as output:
        output.metadata["title"] = "Gruesse"
        stream = output.add_stream_from_template(file.streams.video[0])
        for packet in file.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    clip.write_bytes(clip.read_bytes().replace(b"Gruesse", b"Gr\xfc\xdfe!!"))
    with open_source(clip) as source, open_sink(tmp_path / "out.mkv", source.info) as sink:
        for frame in source:
            sink.write(frame)
    with av.open(str(tmp_path / "out.mkv")) as made:
        assert made.metadata["title"].startswith("Gr")
