"""Damage videos at random and convert them: nothing may hang, crash or leave a broken result.

Each damaged file is converted in a process of its own, which must end in time, with a line for
people and without a traceback; a result under its final name must be decodable to its end.

    python scripts/fuzz_video.py                          # 500 files made from clips made here
    python scripts/fuzz_video.py --count 50 CLIP.mp4 ...
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import av  # noqa: E402

from tests.helpers import onnx_models  # noqa: E402
from tests.helpers.video_clips import Clip, make, make_rich  # noqa: E402

PATIENCE = 60.0
"""Maximum seconds for a conversion of a few dozen small frames."""
WORKER = """
import sys
from realtime_nst.cli.app import main
sys.argv[0] = "realtime-nst"
main()
"""


def cut(data: bytearray, dice: random.Random) -> bytearray:
    """Truncate the file."""
    return data[: dice.randrange(len(data))]


def flip(data: bytearray, dice: random.Random) -> bytearray:
    """Flip a few bits anywhere."""
    for _ in range(dice.choice((1, 4, 32, 256))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def flip_header(data: bytearray, dice: random.Random) -> bytearray:
    """Flip a few bits in the container's header."""
    for _ in range(dice.choice((1, 4, 16))):
        place = dice.randrange(min(1500, len(data)))
        place = place if dice.random() < 0.5 else len(data) - 1 - place
        data[place] ^= 1 << dice.randrange(8)
    return data


def hole(data: bytearray, dice: random.Random) -> bytearray:
    """Remove a stretch."""
    start = dice.randrange(len(data))
    del data[start : start + dice.randrange(1, 4000)]
    return data


def blank(data: bytearray, dice: random.Random) -> bytearray:
    """Overwrite a stretch with zeros."""
    start = dice.randrange(len(data))
    length = min(dice.randrange(1, 4000), len(data) - start)
    data[start : start + length] = bytes(length)
    return data


DAMAGES: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    *(cut, flip, flip_header, hole, blank),
)


def seeds(folder: Path) -> list[Path]:
    """Small clips of several kinds."""
    ticks = tuple(range(0, 24 * 512, 512))
    film = Clip(ticks=ticks, sound="aac")
    vp9 = Clip(ticks=ticks, codec="libvpx-vp9", options={"b": "200k"}, sound="libopus")
    mp4v = Clip(ticks=tuple(range(24)), tick=1 / Clip().rate, codec="mpeg4", options={})
    return [
        make(folder / "a.mp4", film),
        make(folder / "b.mkv", film),
        make(folder / "c.webm", vp9),
        make(folder / "d.avi", mp4v),
        make_rich(folder / "e.mkv"),
    ]


def damaged(sources: Sequence[Path], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names that tell what was done, and what came of it; the same for the same seed."""
    for number in range(count):
        dice = random.Random(seed * 1_000_003 + number)
        source, damage = sources[number % len(sources)], dice.choice(DAMAGES)
        data = damage(bytearray(source.read_bytes()), dice)
        yield f"{number:04d}-{damage.__name__}-{source.stem}{source.suffix}", bytes(data)


def attempt(path: Path, folder: Path, *options: str) -> tuple[str, str]:
    """Return ``done``, ``refused`` or the fault of the program, and its output."""
    result = folder / f"out-{path.stem}.mp4"
    style = ["-s", str(folder / "identity.onnx"), "--device", "cpu", "--threads", "1"]
    command = [sys.executable, "-c", WORKER, "video", str(path), str(result), *style, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=PATIENCE, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        return "HANGS", ""
    said = ended.stderr.decode(errors="replace")
    if "Traceback" in said or ended.returncode not in (0, 1):
        return f"CRASHES ({ended.returncode})", said
    if ended.returncode == 1:
        return ("LEAVES A RESULT" if result.exists() else "refused"), said
    return ("done" if plays(result) else "RESULT DOES NOT PLAY"), said


def plays(path: Path) -> bool:
    """Whether a file can be decoded to its end."""
    try:
        with av.open(str(path)) as file:
            return sum(1 for _ in file.decode(video=0)) > 0
    except (av.FFmpegError, OSError):
        return False


def main() -> int:
    """Fuzz and report; 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        onnx_models.identity(folder / "identity.onnx")
        counts: Counter[str] = Counter()
        for name, data in damaged(chosen.clips or seeds(folder), chosen.count, chosen.seed):
            path = folder / name
            path.write_bytes(data)
            options = ("--on-error", "skip") if sum(counts.values()) % 2 else ()
            state, said = attempt(path, folder, *options)
            counts[state] += 1
            if state not in ("done", "refused"):
                kept = Path(tempfile.gettempdir()) / f"fuzz-{name}"
                kept.write_bytes(data)
                print(f"{name}: {state}, kept as {kept}\n{said}", flush=True)
    print(json.dumps(counts))
    return int(any(state not in ("done", "refused") for state in counts))


if __name__ == "__main__":
    sys.exit(main())
