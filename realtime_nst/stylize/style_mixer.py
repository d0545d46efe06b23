"""Stylize images in several styles and blends of them."""

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
"""(styles of a model,) float32: weight of each style."""


class StyleModel(Protocol):
    """A model that stylizes images, for example a ``Session``."""

    def run(self, image: Image, weights: Weights | None = None) -> Image:
        """Return the stylized image, of the same size."""
        ...


class StyleMixer:
    """Blends styles identified by their index in a list. Called on one thread.

    Args:
        styles: model and weights of each style; styles of one model share the object.
    """

    def __init__(self, styles: Sequence[tuple[StyleModel, Weights]]) -> None:
        self._styles = styles

    def __call__(self, image: Image, amounts: Mapping[int, float]) -> Image:
        """Stylize an image in a blend of styles.

        Styles of one model are blended by its weights, in one run; the results of several models
        are blended as images.

        Args:
            image: (height, width, 3) uint8 BGR.
            amounts: weight of each style by index; they add up to 1.
        """
        height, width = image.shape[:2]
        large = resize(image, max(width, SMALLEST), max(height, SMALLEST))
        result, total = large, 0.0
        for model, weights in self._by_model(amounts):
            amount = float(weights.sum())
            total += amount
            result = blend(result, model.run(large, weights / amount), min(amount / total, 1.0))
        return resize(result, width, height)

    def _by_model(self, amounts: Mapping[int, float]) -> Sequence[tuple[StyleModel, Weights]]:
        sums: dict[int, tuple[StyleModel, Weights]] = {}
        for index, amount in amounts.items():
            model, weights = self._styles[index]
            _, total = sums.get(id(model), (model, np.zeros_like(weights)))
            sums[id(model)] = model, total + np.float32(amount) * weights
        return list(sums.values())

    def seconds_per_frame(
        self, style: int, width: int, height: int, clock: Clock = perf_counter
    ) -> float:
        """Measure a style after a warm-up frame.

        Args:
            style: index of the style.
            width: width of the frames.
            height: height of the frames.
            clock: returns the time in seconds.
        """
        blank, seconds = np.zeros((height, width, 3), np.uint8), []
        for _ in range(3):
            started = clock()
            self(blank, {style: 1.0})
            seconds.append(clock() - started)
        return min(seconds)
