"""One turn of ``compare.py``, run with the package of either checkout.

It uses only what both can be expected to have: the command line, and the classes it imports below.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
FRAMES = 24
"""Number of different frames that network and stabilizer take in turn."""
SECONDS = 1.0
"""Minimum duration of a turn of network and stabilizer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Time per frame in milliseconds."""

    wall: float
    processor: float
    """Of all threads."""


def network(clip: Path, style: str) -> Turn:
    """Time the network from uint8 image to uint8 image."""
    from realtime_nst import Stylizer
    from realtime_nst.sources import open_source

    with open_source(clip) as source:
        frames = [frame.image for frame in islice(source, FRAMES)]
    return _per_frame(Stylizer(style), [(image,) for image in frames])


def stabilizer(clip: Path, _style: str) -> Turn:
    """Time the stabilizer on negatives with noise, in place of stylized frames."""
    from realtime_nst.sources import open_source
    from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH, Stabilizer

    noise = np.random.default_rng(0)
    with open_source(clip) as source:
        frames = [frame.image for frame in islice(source, FRAMES)]
    stylized = [255 - image // 2 - noise.integers(0, 16, image.shape, np.uint8) for image in frames]
    stabilize = Stabilizer()
    pairs = list(zip(frames, stylized, strict=True))
    return _per_frame(lambda *pair: stabilize(*pair, DEFAULT_STRENGTH), pairs)


def pipeline(clip: Path, style: str) -> Turn:
    """Time ``video`` from file to file; only the processor time includes the start."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "stylized.mp4"
        command = [sys.executable, "-m", "realtime_nst", "video", str(clip), str(out)]
        done = subprocess.run(
            [*command, "--style", style, "--json"], capture_output=True, text=True, check=True
        )
    (result,) = json.loads(done.stdout)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = (used.ru_utime + used.ru_stime) / result["frames"]
    return Turn(1000 * result["seconds"] / result["frames"], 1000 * processor)


def _per_frame(call: Callable[..., object], inputs: Sequence[tuple[Image, ...]]) -> Turn:
    """Time calls in whole passes through the inputs, after one pass that does not count."""
    for each in inputs:
        call(*each)
    calls, wall, processor = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() < wall + SECONDS:
        for each in inputs:
            call(*each)
        calls += len(inputs)
    passed, used = time.perf_counter() - wall, time.process_time() - processor
    return Turn(1000 * passed / calls, 1000 * used / calls)


PARTS = {"network": network, "stabilizer": stabilizer, "pipeline": pipeline}


def main() -> None:
    """Print the time as JSON: ``compare_turn.py PART CLIP STYLE``."""
    part, clip, style = sys.argv[1:]
    turn = PARTS[part](Path(clip), style)
    print(json.dumps({"wall": turn.wall, "processor": turn.processor}))


if __name__ == "__main__":
    main()
