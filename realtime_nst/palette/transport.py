"""Entropic optimal transport between two sets of colors (Cuturi 2013), in NumPy.

The transport map is the gradient of a convex function, so it keeps the order of lightness, and its
values are means of the target colors, so it never leaves their range.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realtime_nst.palette.oklab import Colors

BLUR = 0.003
"""Entropic regularization, a squared distance in Oklab: how much the map is smoothed."""
CHROMA = 2.5
"""Weight of the chroma axes relative to lightness: with 1 rare hues are lost, and with far more a
light color may become a dark one of the same hue."""
ROUNDS = 25
"""Number of Sinkhorn iterations at each blur, which is halved from 0.2 on."""
TINY = 1e-200
"""Lower limit of divisors."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Transport:
    """Transport map, defined for every color."""

    targets: Colors
    """(n, 3) Oklab."""
    potential: Floats
    """(n,) dual potential of the targets."""

    def __call__(self, colors: Colors) -> Colors:
        """Map (m, 3) Oklab colors."""
        exponent = (self.potential - _costs(colors, self.targets)) / BLUR
        weights = np.exp(exponent - exponent.max(axis=1, keepdims=True))
        mapped = weights @ self.targets / weights.sum(axis=1, keepdims=True)
        moved: Colors = mapped.astype(np.float32)
        return moved


def transport(sources: Colors, targets: Colors) -> Transport:
    """Compute the map from one set of colors to another with the least total squared distance.

    Args:
        sources: (m, 3) Oklab, all of equal mass.
        targets: (n, 3) Oklab, all of equal mass.
    """
    costs = _costs(sources, targets)
    left, right = np.zeros(len(sources)), np.zeros(len(targets))
    blur = 0.2
    while blur > BLUR:
        blur = max(blur / 2, BLUR)
        left, right = _sinkhorn(costs, left, right, blur)
    return Transport(targets, right)


def _sinkhorn(costs: Floats, left: Floats, right: Floats, blur: float) -> tuple[Floats, Floats]:
    """Update the potentials by Sinkhorn iterations; absorbing them first keeps exponents small."""
    kernel = np.exp((left[:, None] + right - costs) / blur)
    rows, columns = np.ones(len(left)), np.ones(len(right))
    for _ in range(ROUNDS):
        rows = len(right) / np.maximum(kernel @ columns, TINY)
        columns = len(left) / np.maximum(kernel.T @ rows, TINY)
    return left + blur * np.log(rows), right + blur * np.log(columns)


def _costs(sources: Colors, targets: Colors) -> Floats:
    scale = np.array([1, CHROMA, CHROMA])
    a, b = sources * scale, targets * scale
    costs: Floats = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return costs
