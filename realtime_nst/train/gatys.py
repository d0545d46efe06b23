"""Optimize a picture itself: Gatys et al. 2016, the reference the networks are judged by.

``optimise`` yields an iterate after each step, so that a command line, a notebook or a web page can
follow, show or stop it. Images are RGB in [0, 1] throughout.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.train.data import resize
from realtime_nst.train.features import VGG
from realtime_nst.train.losses import ContentLoss, GramLoss, Loss, Target, TVLoss

PRESETS = {"subtle": 1e4, "balanced": 1e6, "heavy": 1e8}
"""Style weights to begin with."""
STYLE_LAYERS = {"conv1_1": 1.0, "conv2_1": 0.8, "conv3_1": 0.5, "conv4_1": 0.3, "conv5_1": 0.1}
"""Gatys et al. 2016, figure 1, before the ReLU; deeper layers count less."""
CONTENT_LAYER = "conv4_2"
SMALLEST = 256
"""Longer side of the coarsest level of a pyramid, in pixels."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to optimize."""

    content_weight: float = 1.0
    style_weight: float = PRESETS["balanced"]
    tv_weight: float = 0.0
    style_layers: Mapping[str, float] = field(default_factory=lambda: dict(STYLE_LAYERS))
    content_layer: str = CONTENT_LAYER
    optimizer: str = "lbfgs"
    """``lbfgs`` as in the paper, or ``adam``, which needs a third of its memory."""
    rate: float = 0.01
    """Adam's learning rate."""
    history: int = 20
    """Steps L-BFGS remembers; each costs two pictures of memory."""
    iterations: int = 300
    levels: int = 1
    """Sizes to go through, each twice the one before; see ``levels_for``."""
    seed: int = 0
    bf16: bool = False


@dataclass(frozen=True, slots=True)
class Iterate:
    """The picture after one step."""

    iteration: int
    """From 1, over all levels."""
    content: float
    style: float
    tv: float
    seconds: float
    """Since the beginning."""
    image: Tensor
    """(1, 3, h, w) in [0, 1]; a live view: clone it to keep it."""
    note: str = ""
    """Something to tell: another level, another optimizer."""

    @property
    def total(self) -> float:
        return self.content + self.style + self.tv


@dataclass(frozen=True, slots=True)
class Objective:
    """The losses of a picture, each with its target."""

    vgg: VGG
    terms: tuple[tuple[str, Loss, Target], ...]
    bf16: bool = False

    def __call__(self, image: Tensor) -> dict[str, Tensor]:
        """``content``, ``style`` and ``tv`` of (1, 3, h, w), weighted."""
        with self._autocast(image):
            features = self.vgg(image.contiguous(memory_format=torch.channels_last))
        values = {"content": image.new_zeros(()), "style": image.new_zeros(()), "tv": image.new_zeros(())}
        for name, loss, target in self.terms:
            values[name] = values[name] + loss(image, features, target).sum()
        return values

    def _autocast(self, image: Tensor) -> AbstractContextManager[None]:
        return torch.autocast(image.device.type, torch.bfloat16) if self.bf16 else nullcontext()


@torch.no_grad()
def make_objective(
    vgg: VGG, content: Tensor, styles: Sequence[tuple[Tensor, float]], settings: Settings
) -> Objective:
    """What to aim at: one content picture and any number of style pictures with their shares."""
    match = ContentLoss((settings.content_layer,), settings.content_weight)
    terms: list[tuple[str, Loss, Target]] = [("content", match, match.target(vgg(content)))]
    shares = sum(share for _, share in styles)
    features = [(vgg(style), share / shares) for style, share in styles]
    for layer, weight in settings.style_layers.items():
        loss = GramLoss((layer,), weight * settings.style_weight)
        blend = sum(share * loss.target(seen)[layer] for seen, share in features)
        terms.append(("style", loss, {layer: torch.as_tensor(blend)}))
    if settings.tv_weight:
        terms.append(("tv", TVLoss((), settings.tv_weight), {}))
    return Objective(vgg, tuple(terms), settings.bf16)


def optimise(
    vgg: VGG,
    content: Tensor,
    styles: Sequence[tuple[Tensor, float]],
    settings: Settings,
    start: Tensor | None = None,
) -> Iterator[Iterate]:
    """Yield a picture after each step.

    Args:
        vgg: with every layer the settings name.
        content: (1, 3, h, w); the result has its size.
        styles: (1, 3, h, w) each, any size, with its share.
        settings: how.
        start: (1, 3, h, w) to begin with; None begins with the content.

    Raises:
        TrainError: the loss is no number with either optimizer.
    """
    began, done = time.perf_counter(), 0
    image = (content if start is None else start).clone()
    for level, share in enumerate(_shares(settings.levels, settings.iterations)):
        shrink = 2.0 ** (level + 1 - settings.levels)
        aims = [(_scaled(style, shrink), weight) for style, weight in styles]
        aim = _scaled(content, shrink)
        image = resize(image, *aim.shape[2:])
        objective = make_objective(vgg, aim, aims, settings)
        for values, image, note in _descend(objective, image, settings, share):
            done += 1
            seconds = time.perf_counter() - began
            yield Iterate(done, **values, seconds=seconds, image=image, note=note)


def noise_like(picture: Tensor, seed: int) -> Tensor:
    """White noise of the same size, the same each time."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(picture.shape, generator=generator).to(picture.device)


def levels_for(longer_side: int) -> int:
    """Levels of the pyramid: one up to 512 px, then one more for each doubling."""
    return 1 if longer_side <= 512 else 1 + round(math.log2(longer_side / SMALLEST))


def _shares(levels: int, iterations: int) -> list[int]:
    """Steps for each level, coarsest first: as many on a coarse level as on the finest."""
    each, rest = divmod(iterations, levels)
    return [each + (rest if level == levels - 1 else 0) for level in range(levels)]


def _scaled(picture: Tensor, factor: float) -> Tensor:
    height, width = (max(16, round(side * factor)) for side in picture.shape[2:])
    return resize(picture, height, width)


Step = tuple[dict[str, float], Tensor, str]


def _descend(objective: Objective, image: Tensor, settings: Settings, steps: int) -> Iterator[Step]:
    """Steps of the chosen optimizer; of Adam, said aloud, once L-BFGS has failed."""
    done, note = 0, ""
    if settings.optimizer == "lbfgs":
        for values, stepped in _steps(objective, image, _lbfgs(settings), steps):
            image, done = stepped, done + 1
            yield values, image, ""
        note = "L-BFGS cannot go on: Adam takes over"
    for values, stepped in _steps(objective, image, _adam(settings), steps - done):
        done += 1
        yield values, stepped, note
        note = ""
    if done < steps:
        raise TrainError(
            f"the loss is no number after {done} iterations", "lower --style-weight or --lr"
        )


MakeOptimizer = Callable[[Tensor], torch.optim.Optimizer]


def _lbfgs(settings: Settings) -> MakeOptimizer:
    # One iteration a call: its memory of earlier steps lives in the optimizer's state.
    return lambda image: torch.optim.LBFGS([image], max_iter=1, history_size=settings.history)


def _adam(settings: Settings) -> MakeOptimizer:
    return lambda image: torch.optim.Adam([image], settings.rate)


def _steps(
    objective: Objective, start: Tensor, make: MakeOptimizer, steps: int
) -> Iterator[tuple[dict[str, float], Tensor]]:
    """Up to ``steps`` steps; fewer when a step would leave the numbers."""
    # L-BFGS wants a plain layout; the objective turns it into the fast one.
    image = start.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
    optimizer = make(image)
    values: dict[str, float] = {}

    def closure() -> Tensor:
        optimizer.zero_grad()
        losses = objective(image)
        values.update({name: loss.item() for name, loss in losses.items()})
        total = torch.stack(list(losses.values())).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    for _ in range(steps):
        before = image.detach().clone()
        optimizer.step(closure)
        if not (math.isfinite(sum(values.values())) and torch.isfinite(image).all()):
            start.copy_(before)
            return
        with torch.no_grad():
            image.clamp_(0, 1)
        yield dict(values), image.detach()
