"""What ffprobe and ffmpeg say of a file: readers that share nothing with the code under test."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

THERE = bool(shutil.which("ffprobe") and shutil.which("ffmpeg"))
SHOWN = "stream=nb_read_frames,width,height,sample_aspect_ratio:stream_side_data=rotation"


@dataclass(frozen=True)
class Probed:
    """What a player would go by."""

    frames: int
    size: tuple[int, int]
    """Upright."""
    sound: list[str]
    """A hash of all packets of each track."""


def probe(path: Path) -> Probed:
    """Ask both of them."""
    told = _run("ffprobe", "-count_frames", "-select_streams", "V:0", "-show_entries", SHOWN, path)
    (stream,) = json.loads(told)["streams"]
    turns = [data.get("rotation", 0) for data in stream.get("side_data_list", ())]
    size = (stream["width"], stream["height"])
    upright = size[::-1] if any(abs(turn) == 90 for turn in turns) else size
    return Probed(int(stream["nb_read_frames"]), upright, _sound(path))


def _sound(path: Path) -> list[str]:
    tracks = json.loads(
        _run("ffprobe", "-select_streams", "a", "-show_entries", "stream=index", path)
    )
    if not tracks["streams"]:
        return []
    told = _run("ffmpeg", "-i", path, "-map", "0:a", "-c", "copy", "-f", "streamhash", "-")
    return [line.split("=")[-1] for line in told.splitlines()]


def _run(tool: str, *arguments: str | Path) -> str:
    form = ("-of", "json") if tool == "ffprobe" else ("-nostdin",)
    command = [tool, "-v", "error", *form, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
