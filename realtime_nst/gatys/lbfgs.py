"""Ways down: projected L-BFGS as in Gatys et al. 2016 and Johnson et al. 2016, and Adam.

Both are generators of points and never leave [0, 1]. They know nothing of styles, only a function
that says how good a picture is and which way is up.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from realtime_nst.errors import TrainError

FIRST_MOVE = 16 / 255
"""Mean change of a pixel in the first step of L-BFGS, before it knows the curvature. torch's own
changes all pixels together by 1, which rounding in bfloat16 drowns; with 1/255 a picture of 512 px
lost its first fifteen iterations."""
TRIES = 6
"""Halvings of a step that makes the picture worse before L-BFGS starts afresh."""
PATIENCE = 5
"""A step is worse if it is worse than each of so many points before it: L-BFGS may climb a little
on its way down, and noise of bfloat16 must not stop it."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A picture, how good it is, and which way is up."""

    image: Tensor
    """(1, 3, h, w) in [0, 1]."""
    losses: dict[str, float]
    gradient: Tensor
    """Of the total, like the image."""
    note: str = ""
    """Something to tell."""

    @property
    def total(self) -> float:
        return sum(self.losses.values())

    @property
    def finite(self) -> bool:
        return math.isfinite(self.total) and bool(torch.isfinite(self.gradient).all())


Evaluate = Callable[[Tensor], Point]


class Stalled(Exception):
    """L-BFGS cannot go on; ``reason`` is for people, ``point`` is where it stands."""

    def __init__(self, reason: str, point: Point) -> None:
        super().__init__(reason)
        self.reason = reason
        self.point = point


def minimize(
    evaluate: Evaluate,
    start: Tensor,
    steps: int,
    optimizer: str,
    rate: float,
    history: int,
    first_move: float = FIRST_MOVE,
) -> Iterator[Point]:
    """A point for each step, of Adam, said aloud, once L-BFGS has failed.

    Raises:
        TrainError: the loss is no number, or there is no such optimizer.
    """
    here = evaluate(start)
    if not here.finite:
        hint = "lower --style-weight, or use --precision fp32"
        raise TrainError("the loss of the first picture is no number", hint)
    if optimizer not in ("lbfgs", "adam"):
        raise TrainError(f"there is no optimizer {optimizer!r}", "it is lbfgs or adam")
    done, note = 0, ""
    if optimizer == "lbfgs":
        try:
            for point in lbfgs(evaluate, here, steps, history, first_move):
                done += 1
                yield point
            return
        except Stalled as stalled:
            here, rate = stalled.point, rate / 10  # it stands near an optimum
            note = f"L-BFGS stopped after {done} steps: {stalled.reason}; Adam takes over"
    for point in adam(evaluate, here, steps - done, rate):
        yield Point(point.image, point.losses, point.gradient, note)
        note = ""


def adam(evaluate: Evaluate, here: Point, steps: int, rate: float) -> Iterator[Point]:
    """Kingma & Ba 2015. The rate falls to a tenth along a cosine, or the picture would go on
    trembling by ``rate``.

    Raises:
        TrainError: the loss is no number.
    """
    image = here.image.clone().requires_grad_()
    optimizer = torch.optim.Adam([image], rate)
    for step in range(steps):
        image.grad = here.gradient
        optimizer.param_groups[0]["lr"] = rate * (0.55 + 0.45 * math.cos(math.pi * step / steps))
        optimizer.step()
        with torch.no_grad():
            image.clamp_(0, 1)
        here = evaluate(image.detach().clone())
        if not here.finite:
            message = f"the loss is no number after {step + 1} steps of Adam"
            raise TrainError(message, "lower --style-weight or --lr, or use --precision fp32")
        yield here


def lbfgs(
    evaluate: Evaluate, here: Point, steps: int, history: int, first_move: float = FIRST_MOVE
) -> Iterator[Point]:
    """Nocedal & Wright 2006, algorithm 7.5, with steps cut off at [0, 1] (Johnson et al. 2016,
    section 4.1) and remembered as cut.

    Raises:
        Stalled: the loss is zero, or no step makes the picture better.
    """
    memory = LbfgsHistory(history, first_move)
    heights = deque([here.total], maxlen=PATIENCE)
    for _ in range(steps):
        there = _step(evaluate, here, memory, max(heights))
        if there is None and memory.pairs:
            memory.pairs.clear()
            there = _step(evaluate, here, memory, max(heights))
        if there is None:
            zero = here.total == 0 or not here.gradient.any()
            raise Stalled("nothing is left to improve" if zero else "no step improves it", here)
        memory.remember(there.image - here.image, there.gradient - here.gradient)
        heights.append(there.total)
        here = there
        yield here


def _step(evaluate: Evaluate, here: Point, memory: "LbfgsHistory", height: float) -> Point | None:
    """The first of ever shorter steps that does not end above ``height``; None if there is none."""
    if not here.gradient.any():
        return None
    direction = memory.direction(here.gradient)
    if not _dot(direction, here.gradient) < 0:  # bent by the border, or by noise
        memory.pairs.clear()
        direction = memory.direction(here.gradient)
    for attempt in range(TRIES):
        image = (here.image + direction * 0.5**attempt).clamp_(0, 1)
        if torch.equal(image, here.image):  # the border of [0, 1] stops every pixel
            return None
        there = evaluate(image)
        if there.finite and there.total <= height:
            return there
    return None


@dataclass(slots=True)
class LbfgsHistory:
    """The last steps and what they changed in the gradient: all L-BFGS knows of curvature."""

    history: int
    first_move: float
    pairs: deque[tuple[Tensor, Tensor, float]] = field(default_factory=deque)

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Keep a step, unless the ground bends the wrong way there."""
        curvature = _dot(step, change)
        if not curvature > 1e-6 * math.sqrt(_dot(step, step) * _dot(change, change)):
            return
        if len(self.pairs) == self.history:
            self.pairs.popleft()
        self.pairs.append((step, change, 1 / curvature))

    def direction(self, gradient: Tensor) -> Tensor:
        """Downhill, as far as a step should go: the two loops of algorithm 7.4."""
        if not self.pairs:
            return gradient * (-self.first_move / float(gradient.abs().mean()))
        q, shares = gradient.clone(), []
        for step, change, inverse in reversed(self.pairs):
            share = inverse * _dot(step, q)
            q.sub_(change, alpha=share)
            shares.append(share)
        _, change, inverse = self.pairs[-1]
        q.mul_(1 / (inverse * _dot(change, change)))
        for (step, change, inverse), share in zip(self.pairs, reversed(shares), strict=True):
            q.add_(step, alpha=share - inverse * _dot(change, q))
        return q.neg_()


def _dot(a: Tensor, b: Tensor) -> float:
    return float(torch.dot(a.flatten(), b.flatten()))
