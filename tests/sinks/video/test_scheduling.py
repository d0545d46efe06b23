"""The scheduling of threads while a video is encoded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.video_clips import Clip, make

POLICIES = """
import os, sys
from pathlib import Path
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source

found = set()
for codec in ("h264", "hevc", "av1", "vp9"):
    with open_source(Path(sys.argv[1])) as source:
        with open_sink(Path(sys.argv[2], f"{codec}.mkv"), source.info, VideoOptions(codec)) as sink:
            for frame in source:
                sink.write(frame)
                threads = [int(path.name) for path in Path("/proc/self/task").iterdir()]
                found |= {os.sched_getscheduler(thread) for thread in threads}
print(found == {os.SCHED_OTHER})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere encoders leave it alone")
def test_encoders_take_no_realtime_priority(tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip(sound="aac"))
    command = [sys.executable, "-c", POLICIES, str(clip), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert result.stdout == "True\n"
