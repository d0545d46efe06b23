"""Minimizers: projected L-BFGS as in Gatys et al. 2016 and Johnson et al. 2016, and Adam.

Both yield points and stay in [0, 1]. They depend on a function that returns losses and gradient of
an image, and on nothing else.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from realtime_nst.errors import TrainError

FIRST_MOVE = 16 / 255
"""Mean change of a pixel in the first step of L-BFGS, before the curvature is known. torch's own
changes all pixels together by 1, which is lost in bfloat16 rounding; with 1/255 an image of 512 px
lost its first fifteen iterations."""
TRIES = 6
"""Step lengths to try, each half of the one before, until L-BFGS discards its history."""
PATIENCE = 5
"""Number of previous points; a step is rejected if it is worse than all of them. L-BFGS may climb a
little on its way down, and bfloat16 noise must not stop it."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """An image with its losses and their gradient."""

    image: Tensor
    """(1, 3, h, w) in [0, 1]."""
    losses: dict[str, float]
    gradient: Tensor
    """Gradient of the total, of the image's shape."""
    note: str = ""
    """A human-readable remark, empty if there is none."""

    @property
    def total(self) -> float:
        """Return the sum of the losses."""
        return sum(self.losses.values())

    @property
    def finite(self) -> bool:
        """Return whether losses and gradient are finite."""
        return math.isfinite(self.total) and bool(torch.isfinite(self.gradient).all())


Evaluate = Callable[[Tensor], Point]


class Stalled(Exception):
    """L-BFGS cannot continue from ``point``; ``reason`` is human-readable."""

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
    """Yield a point for each step; if L-BFGS stops early, Adam continues and a note reports it.

    Args:
        evaluate: returns losses and gradient at an image.
        start: (1, 3, h, w) in [0, 1].
        steps: number of points to yield.
        optimizer: ``lbfgs`` or ``adam``.
        rate: learning rate of Adam.
        history: number of steps that L-BFGS keeps.
        first_move: see ``FIRST_MOVE``.

    Raises:
        TrainError: the loss is not finite, or there is no such optimizer.
    """
    here = evaluate(start)
    if not here.finite:
        hint = "lower --style-weight, or use --precision fp32"
        raise TrainError("the loss of the first image is not finite", hint)
    if optimizer not in ("lbfgs", "adam"):
        raise TrainError(f"there is no optimizer {optimizer!r}", "use lbfgs or adam")
    done, note = 0, ""
    if optimizer == "lbfgs":
        try:
            for point in lbfgs(evaluate, here, steps, history, first_move):
                done += 1
                yield point
            return
        except Stalled as stalled:
            here, rate = stalled.point, rate / 10  # it is near an optimum
            note = f"L-BFGS stopped after {done} steps: {stalled.reason}; Adam takes over"
    for point in adam(evaluate, here, steps - done, rate):
        yield Point(point.image, point.losses, point.gradient, note)
        note = ""


def adam(evaluate: Evaluate, here: Point, steps: int, rate: float) -> Iterator[Point]:
    """Minimize by Adam. Kingma & Ba 2015.

    The rate falls to a tenth along a cosine; otherwise pixels would keep oscillating by ``rate``.

    Args:
        evaluate: returns losses and gradient at an image.
        here: the point to start from.
        steps: number of points to yield.
        rate: initial learning rate.

    Raises:
        TrainError: the loss is not finite.
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
            message = f"the loss is not finite after {step + 1} steps of Adam"
            raise TrainError(message, "lower --style-weight or --lr, or use --precision fp32")
        yield here


def lbfgs(
    evaluate: Evaluate, here: Point, steps: int, history: int, first_move: float = FIRST_MOVE
) -> Iterator[Point]:
    """Minimize by projected L-BFGS. Nocedal & Wright 2006, algorithm 7.5.

    Steps are clamped to [0, 1] (Johnson et al. 2016, section 4.1) and kept in the history as
    clamped.

    Args:
        evaluate: returns losses and gradient at an image.
        here: the point to start from.
        steps: number of points to yield.
        history: number of steps to keep.
        first_move: see ``FIRST_MOVE``.

    Raises:
        Stalled: the loss is zero, or no step lowers it.
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
    """Return the first of ever shorter steps with a loss up to ``height``, or None."""
    if not here.gradient.any():
        return None
    direction = memory.direction(here.gradient)
    if not _dot(direction, here.gradient) < 0:  # bent by the border, or by noise
        memory.pairs.clear()
        direction = memory.direction(here.gradient)
    for attempt in range(TRIES):
        image = (here.image + direction * 0.5**attempt).clamp_(0, 1)
        if torch.equal(image, here.image):  # every pixel is clamped
            return None
        there = evaluate(image)
        if there.finite and there.total <= height:
            return there
    return None


@dataclass(slots=True)
class LbfgsHistory:
    """The last steps and changes of the gradient, by which L-BFGS estimates the curvature."""

    history: int
    first_move: float
    pairs: deque[tuple[Tensor, Tensor, float]] = field(default_factory=deque)

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Keep a step, unless the curvature is negative there."""
        curvature = _dot(step, change)
        if not curvature > 1e-6 * math.sqrt(_dot(step, step) * _dot(change, change)):
            return
        if len(self.pairs) == self.history:
            self.pairs.popleft()
        self.pairs.append((step, change, 1 / curvature))

    def direction(self, gradient: Tensor) -> Tensor:
        """Return the next step: the two-loop recursion, algorithm 7.4."""
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
