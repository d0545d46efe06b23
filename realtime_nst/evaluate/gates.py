"""Quality gates: measurements of stylized images, with ranges that agree with people's choices.

Each gate gives a value and its allowed range. A model passes a gate if the median of its values
over the photos is in the median range. Palette and range of lightness are measured on all photos
together: a photo of the sky need not have all colors of a style image.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

import numpy as np

from realtime_nst.evaluate.appearance import (
    edges_kept,
    lightness_range,
    low_share,
    order,
    palette_distance,
)
from realtime_nst.evaluate.faces import count_stars, face_boxes
from realtime_nst.frame import Image

Distances = Mapping[str, float]
"""Distances from style image or photo, by name; lower is better. See ``train.likeness``."""
REACH = {"wasserstein": 0.75, "nearest": 0.5}
"""Share of the way from the photo's distance to that of Gatys that passes, by the first word of the
name. A multiple of Gatys's distance would not do: he minimizes nearly the first in each image, down
to a fiftieth of the photo's, and of the second the photo itself has but a tenth more."""
SLACK = 1.15
"""Maximum loss of form relative to that of Gatys."""

JOINED_STEP = 3
"""Step in rows and columns by which images are subsampled to be measured together."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement of one image, or the median of several, with its allowed range."""

    value: float
    least: float = -inf
    most: float = inf

    @property
    def passes(self) -> bool:
        """Return whether the value is in its range."""
        return self.least <= self.value <= self.most


Figures = dict[str, Figure]


def measure(output: Image, photo: Image, painting: Image) -> Figures:
    """Measure a stylized image without a network.

    Args:
        output: the stylized image.
        photo: its content, of the same size.
        painting: the style image, about as high.

    Returns:
        Figures by gate; without ``stars`` if there is no face.
    """
    shares = [low_share(image) for image in (photo, painting)]
    figures = {
        "low band": Figure(low_share(output), least=0.8 * min(shares)),
        "order": Figure(order(output, photo), least=0.85),
        "range": Figure(lightness_range(output) / max(lightness_range(painting), 1e-6)),
        "palette": Figure(palette_distance(output, painting)),
    }
    if boxes := face_boxes(photo):
        figures["stars"] = Figure(count_stars(output, photo, boxes), most=0)
    return figures


def measure_together(outputs: Sequence[Image], photos: Sequence[Image], painting: Image) -> Figures:
    """Measure all outputs together."""
    output, photo = _joined(outputs), _joined(photos)
    span = lightness_range(output) / max(lightness_range(painting), 1e-6)
    most = max(4.5, 0.35 * palette_distance(photo, painting))
    return {
        "range": Figure(span, 0.85, 1.2),
        "palette": Figure(palette_distance(output, painting), most=most),
    }


def compare(own: Distances, gatys: Distances, photo: Distances) -> Figures:
    """Compare distances with those of the optimizer's image and of the photo."""
    return {
        name: Figure(own[name], most=_most(name.split()[0], gatys[name], photo[name]))
        for name in own
    }


def compare_edges(output: Image, gatys: Image, photo: Image) -> Figures:
    """Compare the edges of the output with those that the optimizer keeps."""
    least = edges_kept(gatys, photo) / SLACK
    return {"edges": Figure(edges_kept(output, photo), least=least)}


def medians(each: Sequence[Figures]) -> Figures:
    """Return medians over photos, in the order of the gates; for stars the sum."""
    names = dict.fromkeys(name for figures in each for name in figures)
    return {name: _median(name, [f[name] for f in each if name in f]) for name in names}


def failed(figures: Figures) -> list[str]:
    """Return the names of the gates that are not passed."""
    return [name for name, figure in figures.items() if not figure.passes]


def _joined(images: Sequence[Image]) -> Image:
    """Return one image with the subsampled pixels of all."""
    pixels = [image[::JOINED_STEP, ::JOINED_STEP].reshape(-1, 1, 3) for image in images]
    return np.concatenate(pixels)


def _most(kind: str, gatys: float, photo: float) -> float:
    """Return the largest distance that passes."""
    if kind not in REACH:
        return SLACK * gatys
    return max(gatys, photo + REACH[kind] * (gatys - photo))


def _median(name: str, figures: Iterable[Figure]) -> Figure:
    values, least, most = zip(*((f.value, f.least, f.most) for f in figures), strict=True)
    if name == "stars":
        return Figure(sum(values), most=0)
    return Figure(median(values), median(least), median(most))
