"""Several styles, alone or mixed."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.image_ops import blend, resize
from realtime_nst.inference.inputs import SMALLEST

Clock = Callable[[], float]
Weights = NDArray[np.float32]
"""(styles of a model,): how much of each."""


class Model(Protocol):
    """What paints: a ``Session``, for example."""

    def run(self, image: Image, weights: Weights | None = None) -> Image:
        """Return the image stylized, in its own size."""
        ...


class StyleMixer:
    """Styles by their position in a list. Called on one thread.

    Args:
        styles: of each its model and what to tell it; styles of one model share the object.
    """

    def __init__(self, styles: Sequence[tuple[Model, Weights]]) -> None:
        self._styles = styles

    def __call__(self, image: Image, amounts: Mapping[int, float]) -> Image:
        """Paint a picture in styles whose amounts add up to 1.

        Those of one model mix inside it, in one run; the pictures of several models are mixed.
        """
        height, width = image.shape[:2]
        large = resize(image, max(width, SMALLEST), max(height, SMALLEST))
        result, total = large, 0.0
        for model, weights in self._by_model(amounts):
            amount = float(weights.sum())
            total += amount
            result = blend(result, model.run(large, weights / amount), min(amount / total, 1.0))
        return resize(result, width, height)

    def _by_model(self, amounts: Mapping[int, float]) -> Sequence[tuple[Model, Weights]]:
        mixed: dict[int, tuple[Model, Weights]] = {}
        for position, amount in amounts.items():
            model, weights = self._styles[position]
            _, before = mixed.get(id(model), (model, np.zeros_like(weights)))
            mixed[id(model)] = model, before + np.float32(amount) * weights
        return list(mixed.values())

    def warm(self, width: int, height: int, clock: Clock = perf_counter) -> float:
        """Run every model at a size, so that the first frames are as quick as the others.

        Returns:
            Seconds that a frame takes the slowest of them.
        """
        blank = np.zeros((max(height, SMALLEST), max(width, SMALLEST), 3), np.uint8)
        seconds = []
        for model, weights in {id(style[0]): style for style in self._styles}.values():
            model.run(blank, weights)
            began = clock()
            model.run(blank, weights)
            seconds.append(clock() - began)
        return max(seconds)
