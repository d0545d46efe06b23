"""Optimize a picture itself: Gatys et al. 2016, the reference the networks are judged by.

``optimise`` yields an iterate after each step, so that a command line, a notebook or a web page can
follow, show or stop it. Images are RGB in [0, 1] throughout.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.lbfgs import minimize
from realtime_nst.gatys.objective import Objective, Style, Term, content_terms, style_terms
from realtime_nst.nn.tensors import resize
from realtime_nst.nn.vgg import VGG

PRESETS = {"subtle": 1e4, "balanced": 1e6, "heavy": 1e8}
"""Style weights to begin with."""
STYLE_LAYERS = {"conv1_1": 1.0, "conv2_1": 0.8, "conv3_1": 0.5, "conv4_1": 0.3, "conv5_1": 0.1}
"""Gatys et al. 2016, figure 1, before the ReLU; deeper layers count less."""
CONTENT_LAYERS = ("conv4_2",)
"""Before the ReLU, too."""
COARSEST = 256
"""Longer side of the coarsest level of a pyramid, in pixels."""
SMALLEST = 32
"""Shortest side of a picture in pixels: two of conv5_1's."""


@dataclass(frozen=True, slots=True)
class OptimizeSettings:
    """How to optimize."""

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
    """Steps L-BFGS remembers; each costs two pictures of memory."""
    iterations: int = 300
    levels: int = 1
    """Sizes to go through, each twice the one before; see ``levels_for``."""
    init: str = "content"
    """What to begin with: ``content`` or ``noise``."""
    seed: int = 0
    """Of the noise."""
    bf16: bool = False
    """Compute the features in bfloat16."""
    tile: int = 0
    """Side of the tiles a picture is measured in, in pixels; 0 measures it as a whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Iterate:
    """The picture after one step."""

    iteration: int
    """From 1, over all levels."""
    losses: dict[str, float]
    """``content``, ``style`` and ``tv`` of this picture, weighted."""
    seconds: float
    """Since the beginning."""
    left: float
    """Seconds to go, by the pixels still to be computed."""
    image: Tensor
    """(1, 3, h, w) in [0, 1], of the size of its level."""
    note: str = ""
    """Something to tell: another optimizer."""

    @property
    def total(self) -> float:
        return sum(self.losses.values())

    def record(self) -> dict[str, float]:
        """As traces have it."""
        rounded = {"total": self.total, "seconds": round(self.seconds, 3)}
        return {"iteration": self.iteration, **self.losses, **rounded}


def optimize(
    vgg: VGG,
    content: Tensor,
    styles: Sequence[Style],
    settings: OptimizeSettings,
    start: Tensor | None = None,
) -> Iterator[Iterate]:
    """Yield a picture after each step.

    Args:
        vgg: with every layer the settings name.
        content: (1, 3, h, w); the last iterates have its size.
        styles: at least one.
        settings: how.
        start: (1, 3, h, w) to begin with, instead of what the settings say.

    Raises:
        TrainError: the loss is no number with either optimizer, or a mask is black.
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
    """Against the size of the result."""
    steps: int

    @property
    def pixels(self) -> int:
        return self.height * self.width

    @property
    def work(self) -> int:
        return self.steps * self.pixels


def make_objective(
    vgg: VGG, content: Tensor, styles: Sequence[Style], settings: OptimizeSettings, level: Level
) -> Objective:
    """What to aim at on a level: content and style pictures shrink alike."""
    aim = resize(content, level.height, level.width)
    aims = [replace(style, picture=shrunk(style.picture, level.shrink)) for style in styles]
    tile = settings.tile
    size, layers = (level.height, level.width), dict(settings.style_layers)
    terms: tuple[Term, ...] = (
        *content_terms(vgg, aim, settings.content_layers, settings.content_weight, tile),
        *style_terms(vgg, aims, layers, settings.style_weight, size, tile),
    )
    return Objective(vgg, terms, settings.tv_weight, settings.bf16, tile)


def levels_for(longer_side: int) -> int:
    """Levels of the pyramid: one up to 512 px, then one more for each doubling."""
    return 1 if longer_side <= 512 else 1 + round(math.log2(longer_side / COARSEST))


def shrunk(picture: Tensor, factor: float) -> Tensor:
    """A picture at ``factor`` of its size, but never smaller than VGG can see."""
    height, width = (max(SMALLEST, round(side * factor)) for side in picture.shape[2:])
    return resize(picture, height, width)


def noise(height: int, width: int, seed: int) -> Tensor:
    """White noise (1, 3, h, w), the same each time on every device."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((1, 3, height, width), generator=generator)


def _levels(content: Tensor, settings: OptimizeSettings) -> list[Level]:
    """Coarsest first, with as many steps on a coarse level as on the finest."""
    if min(content.shape[2:]) < SMALLEST:
        hint = f"each side needs {SMALLEST} pixels: choose a larger --size"
        raise TrainError("the content picture is too small for VGG", hint)
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
    raise TrainError(f"cannot begin with {settings.init!r}", "begin with content or noise")
