"""Compare the speed of two checkouts in one run: ``python benchmarks/compare.py main HEAD``.

Each is a folder, or a commit of the current repository, which is unpacked into a temporary folder.
Both are timed alternately, in reverse order every second round, each turn in a process of its own:
``network`` (bytes to bytes), ``stabilizer``, and ``pipeline`` (the command ``video``, file to
file). What is printed is the time of HEAD relative to BASE: the median over all rounds and the
middle half. On a busy machine, processor time is steadier than wall time.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from statistics import median

from compare_turn import PARTS, Turn
from end_to_end import film

from realtime_nst.timing import Ratio, Timing, format_3digits, ratio

SIZES = "640x480,1280x720"
FRAMES = 120
"""Length of the film of moving bars."""
TURN = Path(__file__).with_name("compare_turn.py")
KINDS = ("wall", "processor")
Turns = Mapping[str, Sequence[Turn]]
"""Turns by checkout."""


def checkout(name: str, folder: Path) -> Path:
    """Return a folder with the source; a commit is unpacked into ``folder``."""
    if Path(name).is_dir():
        return Path(name).resolve()
    top = Path(__file__).parents[1]
    command = ["git", "-C", str(top), "archive", "--format=tar", name]
    packed = subprocess.run(command, capture_output=True, check=False)
    if packed.returncode:
        sys.exit(f"cannot compare {name}: neither a folder nor a commit of {top}")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def take_turn(source: Path, part: str, clip: Path, style: str) -> Turn:
    """Run one turn in a process that imports the package from ``source``."""
    command = [sys.executable, str(TURN), part, str(clip), style]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"cannot time the {part} of {source}:\n{done.stderr}")
    return Turn(**json.loads(done.stdout))


def alternate(
    sources: Mapping[str, Path], part: str, clip: Path, style: str, rounds: int
) -> dict[str, list[Turn]]:
    """Time both checkouts in turns."""
    turns: dict[str, list[Turn]] = {name: [] for name in sources}
    for number in range(rounds):
        for name in list(sources)[:: -1 if number % 2 else 1]:
            turns[name].append(take_turn(sources[name], part, clip, style))
    return turns


def compare(turns: Turns) -> dict[str, Ratio]:
    """Return the time of ``head`` relative to ``base``, round by round."""

    def timings(name: str, kind: str) -> list[Timing]:
        return [Timing((getattr(turn, kind),)) for turn in turns[name]]

    return {kind: ratio(timings("head", kind), timings("base", kind)) for kind in KINDS}


def row(part: str, clip: str, turns: Turns) -> str:
    """Format one row of the table: the ratios, and the median milliseconds of ``head``."""
    cells = [part, clip]
    for kind, found in compare(turns).items():
        own = median(getattr(turn, kind) for turn in turns["head"])
        spread = f"{format_3digits(found.low)} to {format_3digits(found.high)}"
        cells.append(f"{format_3digits(found.median)} ({spread}), {format_3digits(own)} ms")
    return f"| {' | '.join(cells)} |"


def rows(
    sources: Mapping[str, Path],
    clips: Sequence[Path],
    parts: Sequence[str],
    style: str,
    rounds: int,
) -> Iterator[str]:
    """Yield a row for each part and clip as soon as it is measured."""
    yield "| part | clip | HEAD / BASE, wall time | HEAD / BASE, processor time |"
    yield "|---|---|---|---|"
    for part in parts:
        for clip in clips:
            yield row(part, clip.name, alternate(sources, part, clip, style, rounds))


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("base", help="folder or commit")
    parser.add_argument("head", help="folder or commit")
    parser.add_argument("--part", action="append", choices=PARTS, help="default: all")
    parser.add_argument("--style", default="starry-night")
    parser.add_argument("--clip", type=Path, action="append", help="default: moving bars")
    parser.add_argument("--size", default=SIZES, help=f"of the bars (default: {SIZES})")
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def main() -> None:
    """Print a table of ratios."""
    given = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = {side: checkout(getattr(given, side), folder / side) for side in ("base", "head")}
        sizes = [tuple(map(int, size.split("x"))) for size in given.size.split(",")]
        bars = [film(folder / f"{w}x{h}.mp4", w, h, FRAMES) for w, h in sizes if not given.clip]
        clips = given.clip or bars
        for line in rows(sources, clips, given.part or list(PARTS), given.style, given.rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
