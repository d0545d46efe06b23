"""How much a painted film flickers, with the stabiliser off and on, and what calm costs in style.

Errors are measured on the input, too, and given as ratios to it: 1 is as calm as the film itself.
Only where the motion is known exactly, the input's is next to nothing, and grey levels say more.
A blurred or pale film is calm as well, so the distance to the style stands beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from realtime_nst.evaluate.scenes import Kind, Scene
from realtime_nst.evaluate.warping import FramePair, warping_error
from realtime_nst.frame import Image
from realtime_nst.stylize.stabilizer import Stabilizer

Paint = Callable[[Image], Image]
Distance = Callable[[Image], float]
"""How far a picture is from a style."""


@dataclass(frozen=True, slots=True)
class Score:
    """One film in one style."""

    scene: str
    kind: Kind
    before: float
    """Error of the input. Grey levels for ``noise``, mean squares of 0 to 1 for the others."""
    off: float
    """Of the painted film."""
    on: float
    """Of the painted film, stabilised."""
    style_off: float | None
    """Distance of the last frame to the style."""
    style_on: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A film, painted, and stabilised after that."""

    scene: Scene
    off: tuple[Image, ...]
    on: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One style over all films."""

    model: str
    style: str
    strength: float
    """Of the stabiliser."""
    scores: tuple[Score, ...]

    def ratio(self, kind: Kind, *, stabilised: bool) -> float | None:
        """Median over the films of a kind: the error of the painted film by the input's."""
        ratios = [
            (score.on if stabilised else score.off) / score.before
            for score in self.scores
            if score.kind == kind and score.before > 0
        ]
        return median(ratios) if ratios else None

    def motion(self, *, stabilised: bool) -> float | None:
        """Median over the films of known motion: grey levels (RMS) a pixel changes by."""
        errors = [s.on if stabilised else s.off for s in self.scores if s.kind == "motion"]
        return 255 * median(errors) ** 0.5 if errors else None

    def distance(self, *, stabilised: bool) -> float | None:
        """Mean distance of the films' last frames to the style."""
        found = [score.style_on if stabilised else score.style_off for score in self.scores]
        known = [distance for distance in found if distance is not None]
        return sum(known) / len(known) if known else None


def paint_scene(scene: Scene, paint: Paint, strength: float) -> Painted:
    """Paint a film, and stabilise the result."""
    off = tuple(paint(frame) for frame in scene.frames)
    calm = Stabilizer()
    on = tuple(calm(*pair, strength) for pair in zip(scene.frames, off, strict=True))
    return Painted(scene, off, on)


def score(painted: Painted, distance: Distance | None) -> Score:
    """Judge a painted film."""
    scene = painted.scene
    errors = (flicker(scene, film) for film in (scene.frames, painted.off, painted.on))
    distances = (distance(film[-1]) if distance else None for film in (painted.off, painted.on))
    return Score(scene.name, scene.kind, *errors, *distances)


def flicker(scene: Scene, film: Sequence[Image]) -> float:
    """Mean error between neighbours along the scene's motion, of any film of the same motion."""
    errors = [
        _between(scene.kind, film[link.first], film[link.first + 1], link) for link in scene.links
    ]
    return float(np.nanmean(errors))


def _between(kind: Kind, now: Image, following: Image, link: FramePair) -> float:
    if kind == "noise":
        return float(cv2.absdiff(now, following).mean())
    # An exact flow deserves an exact look between the pixels; Lai et al. look linearly.
    how = cv2.INTER_LINEAR if kind == "clip" else cv2.INTER_LANCZOS4
    return warping_error(now, following, link, how)


def figures(report: Report) -> dict[str, float]:
    """What goes into a model's card: medians over the films, rounded.

    ``noise``, ``clips`` and ``truth`` are errors by the input's, ``motion`` is in grey levels,
    ``style`` a distance; the same with ``_stabilised``.
    """
    found: dict[str, float | None] = {}
    for ending, on in (("", False), ("_stabilised", True)):
        found |= {
            f"noise{ending}": report.ratio("noise", stabilised=on),
            f"motion{ending}": report.motion(stabilised=on),
            f"clips{ending}": report.ratio("clip", stabilised=on),
            f"truth{ending}": report.ratio("truth", stabilised=on),
            f"style{ending}": report.distance(stabilised=on),
        }
    return {name: float(f"{value:.4g}") for name, value in found.items() if value is not None}
