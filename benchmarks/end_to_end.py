"""Time whole commands: ``python benchmarks/end_to_end.py --style starry-night``.

``video`` on a film of each size, as typed: decoded, painted, encoded, with its sound if it has any;
the frames a second count from the first frame to the finished file. And the whole program painting
one picture, from Enter to the end: start-up to the first painted frame takes less than that.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Any

from realtime_nst.bench.report import new_report
from realtime_nst.sinks import open_sink
from realtime_nst.sources.synthetic import SyntheticSource

SIZES = ((640, 480), (1280, 720))
FRAMES = 240
PROGRAM = (sys.executable, "-m", "realtime_nst")


def film(path: Path, width: int, height: int, frames: int) -> Path:
    """Write a video of moving bars."""
    source = SyntheticSource(width, height, Fraction(30), frames)
    with open_sink(path, source.info) as sink:
        for frame in source:
            sink.write(frame)
    return path


def painted(clip: Path, folder: Path, options: list[str]) -> dict[str, Any]:
    """One run of ``video``."""
    out = folder / "painted.mp4"
    command = [*PROGRAM, "video", str(clip), str(out), *options, "--json"]
    began = perf_counter()
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    whole = perf_counter() - began
    (outcome,) = json.loads(told.stdout)
    return {
        "clip": clip.name,
        "frames": outcome["frames"],
        "fps": round(outcome["frames"] / outcome["seconds"], 2),
        "seconds_with_start_up": round(whole, 3),
        "said": [line for line in told.stderr.splitlines() if " on " in line or "at work" in line],
    }


def start_up(folder: Path, options: list[str], times: int) -> dict[str, Any]:
    """Time the whole program on one image of each size, several times."""
    found: dict[str, Any] = {}
    for width, height in SIZES:
        still = film(folder / f"still_{width}x{height}.png", width, height, 1)
        command = [*PROGRAM, "image", str(still), str(folder / "painted.png"), *options]
        seconds = list(waits(command, times))
        found[f"{width}x{height}"] = {
            "median_seconds": round(statistics.median(seconds), 3),
            "least_seconds": round(min(seconds), 3),
        }
    return found


def waits(command: list[str], times: int) -> Iterator[float]:
    """Seconds each run of a command takes."""
    for _ in range(times):
        began = perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        yield perf_counter() - began


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--style", default="starry-night")
    parser.add_argument("--clip", type=Path, action="append", help="default: moving bars")
    parser.add_argument("--times", type=int, default=5, help="how often to start")
    parser.add_argument("options", nargs="*", help="for the program, after --")
    given = parser.parse_args()
    options = ["--style", given.style, *given.options]
    report = asdict(new_report())
    told: dict[str, Any] = {name: report[name] for name in ("machine", "version", "date", "load")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = given.clip or [film(folder / f"{w}x{h}.mp4", w, h, FRAMES) for w, h in SIZES]
        told["video"] = [painted(clip, folder, options) for clip in clips]
        told["image"] = start_up(folder, options, given.times)
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
