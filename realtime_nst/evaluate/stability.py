"""Flicker of stylized video, without and with the stabilizer, and the cost in style.

Errors are measured on the input, too, and reported as ratios to it: 1 is as stable as the input.
With exactly known motion the input's error is close to zero, so grey levels are reported instead.
A blurred or pale video is stable as well, so the distance to the style is reported next to it.
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
"""Returns the distance of an image to a style."""


@dataclass(frozen=True, slots=True)
class Score:
    """Results of one scene in one style."""

    scene: str
    kind: Kind
    before: float
    """Error of the input. Grey levels for ``noise``, mean squares of 0 to 1 for the others."""
    off: float
    """Error of the stylized video."""
    on: float
    """Error of the stabilized video."""
    style_off: float | None
    """Distance of the last stylized frame to the style."""
    style_on: float | None
    """Distance of the last stabilized frame to the style."""


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A scene, stylized (``off``) and then stabilized (``on``)."""

    scene: Scene
    off: tuple[Image, ...]
    on: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class StabilityReport:
    """Results of one style over all scenes."""

    model: str
    style: str
    strength: float
    """Strength of the stabilizer."""
    scores: tuple[Score, ...]

    def ratio(self, kind: Kind, *, stabilized: bool) -> float | None:
        """Return the median over scenes of a kind of the stylized error by the input's."""
        ratios = [
            (score.on if stabilized else score.off) / score.before
            for score in self.scores
            if score.kind == kind and score.before > 0
        ]
        return median(ratios) if ratios else None

    def motion(self, *, stabilized: bool) -> float | None:
        """Return the median over scenes of known motion of the RMS change in grey levels."""
        errors = [s.on if stabilized else s.off for s in self.scores if s.kind == "motion"]
        return 255 * median(errors) ** 0.5 if errors else None

    def distance(self, *, stabilized: bool) -> float | None:
        """Return the mean distance of the scenes' last frames to the style."""
        found = [score.style_on if stabilized else score.style_off for score in self.scores]
        known = [distance for distance in found if distance is not None]
        return sum(known) / len(known) if known else None


def paint_scene(scene: Scene, paint: Paint, strength: float) -> Painted:
    """Stylize a scene, and stabilize the result."""
    off = tuple(paint(frame) for frame in scene.frames)
    stabilizer = Stabilizer()
    on = tuple(stabilizer(*pair, strength) for pair in zip(scene.frames, off, strict=True))
    return Painted(scene, off, on)


def score(painted: Painted, distance: Distance | None) -> Score:
    """Measure a stylized scene.

    Args:
        painted: the scene.
        distance: to the style; None does not measure it.
    """
    scene = painted.scene
    errors = (flicker(scene, video) for video in (scene.frames, painted.off, painted.on))
    distances = (distance(video[-1]) if distance else None for video in (painted.off, painted.on))
    return Score(scene.name, scene.kind, *errors, *distances)


def flicker(scene: Scene, video: Sequence[Image]) -> float:
    """Return the mean error between consecutive frames along the scene's motion.

    Args:
        scene: with the motion.
        video: frames with the same motion.
    """
    errors = [
        _between(scene.kind, video[link.first], video[link.first + 1], link) for link in scene.links
    ]
    return float(np.nanmean(errors))


def _between(kind: Kind, now: Image, following: Image, link: FramePair) -> float:
    if kind == "noise":
        return float(cv2.absdiff(now, following).mean())
    # Exact flow needs exact interpolation; Lai et al. interpolate linearly.
    how = cv2.INTER_LINEAR if kind == "clip" else cv2.INTER_LANCZOS4
    return warping_error(now, following, link, how)


def figures(report: StabilityReport) -> dict[str, float]:
    """Return rounded medians over the scenes, for a model's card.

    ``noise``, ``clips`` and ``truth`` are ratios to the input's error, ``motion`` is in grey
    levels, ``style`` is a distance; keys with ``_stabilised`` have the stabilizer on.
    """
    found: dict[str, float | None] = {}
    for ending, on in (("", False), ("_stabilised", True)):
        found |= {
            f"noise{ending}": report.ratio("noise", stabilized=on),
            f"motion{ending}": report.motion(stabilized=on),
            f"clips{ending}": report.ratio("clip", stabilized=on),
            f"truth{ending}": report.ratio("truth", stabilized=on),
            f"style{ending}": report.distance(stabilized=on),
        }
    return {name: float(f"{value:.4g}") for name, value in found.items() if value is not None}
