"""Style transfer by optimizing the image itself: Gatys et al. 2016, the reference for networks.

``optimize`` yields an iterate after each step, so that a command line, a notebook or a web page can
show progress or stop early. Images are RGB in [0, 1] throughout.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.lbfgs import minimize
from realtime_nst.gatys.objective import Objective, StyleImage, Term, content_terms, style_terms
from realtime_nst.nn.tensors import resize
from realtime_nst.nn.vgg import VGG

PRESETS = {"subtle": 1e4, "balanced": 1e6, "heavy": 1e8}
"""Style weights by name."""
STYLE_LAYERS = {"conv1_1": 1.0, "conv2_1": 0.8, "conv3_1": 0.5, "conv4_1": 0.3, "conv5_1": 0.1}
"""Layers of Gatys et al. 2016, figure 1, before the ReLU; deeper layers have smaller weights."""
CONTENT_LAYERS = ("conv4_2",)
"""Layer of Gatys et al. 2016, figure 1, before the ReLU."""
COARSEST = 256
"""Longer side of the coarsest level of a pyramid, in pixels."""
SMALLEST = 32
"""Minimum side of an image in pixels: two strides of conv5_1."""


@dataclass(frozen=True, slots=True)
class OptimizeSettings:
    """Settings of an optimization."""

    content_weight: float = 1.0
    style_weight: float = PRESETS["balanced"]
    tv_weight: float = 0.0
    style_layers: Mapping[str, float] = field(default_factory=lambda: dict(STYLE_LAYERS))
    content_layers: Sequence[str] = CONTENT_LAYERS
    optimizer: str = "lbfgs"
    """``lbfgs`` as in the paper, or ``adam``, which needs less memory."""
    rate: float = 0.01
    """Adam's learning rate."""
    history: int = 20
    """Number of steps that L-BFGS keeps; each takes the memory of two images."""
    iterations: int = 300
    levels: int = 1
    """Number of sizes in the pyramid, each twice the one before; see ``levels_for``."""
    init: str = "content"
    """Initial image: ``content`` or ``noise``."""
    seed: int = 0
    """Seed of the noise."""
    bf16: bool = False
    """Compute the features in bfloat16."""
    tile: int = 0
    """Side of the tiles to process, in pixels; 0 processes the whole image at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Iterate:
    """The image after one step."""

    iteration: int
    """Number of the step, from 1, over all levels."""
    losses: dict[str, float]
    """Weighted losses of this image: ``content``, ``style`` and ``tv``."""
    seconds: float
    """Seconds since the start."""
    left: float
    """Estimated seconds to the end, by the pixels that remain."""
    image: Tensor
    """(1, 3, h, w) in [0, 1], of the size of its level."""
    note: str = ""
    """A human-readable remark, e.g. a change of optimizer; empty if there is none."""

    @property
    def total(self) -> float:
        """Return the sum of the losses."""
        return sum(self.losses.values())

    def record(self) -> dict[str, float]:
        """Return an entry of a trace, for JSON."""
        rounded = {"total": self.total, "seconds": round(self.seconds, 3)}
        return {"iteration": self.iteration, **self.losses, **rounded}


def optimize(
    vgg: VGG,
    content: Tensor,
    styles: Sequence[StyleImage],
    settings: OptimizeSettings,
    start: Tensor | None = None,
) -> Iterator[Iterate]:
    """Yield an iterate after each step.

    Args:
        vgg: with every layer named in the settings.
        content: (1, 3, h, w) RGB in [0, 1]; the last iterates have its size.
        styles: at least one.
        settings: of the optimization.
        start: (1, 3, h, w) initial image, instead of the one named in the settings.

    Raises:
        TrainError: the loss is not finite with either optimizer, or a mask is black.

    Example:
        >>> backbone = open_backbone(OptimizeSettings(iterations=100))
        >>> for iterate in optimize(backbone.vgg, content, [Style(style)], backbone.settings):
        ...     print(iterate.iteration, iterate.total)
    """
    began, done = time.perf_counter(), 0
    levels = _levels(content, settings)
    work = sum(level.work for level in levels)
    image = start if start is not None else _start(content, levels[0], settings)
    for level in levels:
        image = resize(image, level.height, level.width)
        objective = make_objective(vgg, content, styles, settings, level)
        points = minimize(
            objective.evaluate,
            image.contiguous(),
            level.steps,
            settings.optimizer,
            settings.rate,
            settings.history,
        )
        finished = sum(each.work for each in levels[: levels.index(level)])
        for step, point in enumerate(points, start=1):
            done, image = done + 1, point.image
            seconds = time.perf_counter() - began
            so_far = finished + step * level.pixels
            left = seconds * (work - so_far) / so_far
            yield Iterate(done, point.losses, seconds, left, image, point.note)


@dataclass(frozen=True, slots=True)
class Level:
    """One size of a pyramid."""

    height: int
    width: int
    shrink: float
    """Factor on the size of the result."""
    steps: int

    @property
    def pixels(self) -> int:
        """Return the number of pixels."""
        return self.height * self.width

    @property
    def work(self) -> int:
        """Return the pixels to compute in all steps."""
        return self.steps * self.pixels


def make_objective(
    vgg: VGG,
    content: Tensor,
    styles: Sequence[StyleImage],
    settings: OptimizeSettings,
    level: Level,
) -> Objective:
    """Return the objective of a level: content and style images are reduced by the same factor."""
    reduced = resize(content, level.height, level.width)
    reduced_styles = [replace(each, picture=shrunk(each.picture, level.shrink)) for each in styles]
    tile = settings.tile
    size, layers = (level.height, level.width), dict(settings.style_layers)
    terms: tuple[Term, ...] = (
        *content_terms(vgg, reduced, settings.content_layers, settings.content_weight, tile),
        *style_terms(vgg, reduced_styles, layers, settings.style_weight, size, tile),
    )
    return Objective(vgg, terms, settings.tv_weight, settings.bf16, tile)


def levels_for(longer_side: int) -> int:
    """Return the default number of levels: one up to 512 px, then one more for each doubling."""
    return 1 if longer_side <= 512 else 1 + round(math.log2(longer_side / COARSEST))


def shrunk(image: Tensor, factor: float) -> Tensor:
    """Resize an image by ``factor``, but to no less than ``SMALLEST`` pixels a side."""
    height, width = (max(SMALLEST, round(side * factor)) for side in image.shape[2:])
    return resize(image, height, width)


def noise(height: int, width: int, seed: int) -> Tensor:
    """Return white noise, (1, 3, h, w), the same for a seed on every device."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((1, 3, height, width), generator=generator)


def _levels(content: Tensor, settings: OptimizeSettings) -> list[Level]:
    """Return the levels, coarsest first, with the same number of steps on each.

    Raises:
        TrainError: the content is too small.
    """
    if min(content.shape[2:]) < SMALLEST:
        hint = f"choose a larger --size, with at least {SMALLEST} pixels a side"
        raise TrainError("the content image is too small for VGG", hint)
    each, rest = divmod(settings.iterations, settings.levels)
    levels = []
    for number in range(settings.levels):
        shrink = 2.0 ** (number + 1 - settings.levels)
        height, width = (max(SMALLEST, round(side * shrink)) for side in content.shape[2:])
        levels.append(Level(height, width, shrink, each + (rest if shrink == 1 else 0)))
    return [level for level in levels if level.steps]


def _start(content: Tensor, level: Level, settings: OptimizeSettings) -> Tensor:
    if settings.init == "content":
        return content
    if settings.init == "noise":
        return noise(level.height, level.width, settings.seed).to(content.device)
    raise TrainError(f"cannot initialize from {settings.init!r}", "use content or noise")
