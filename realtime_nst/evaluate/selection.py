"""Select the styles to evaluate by name."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realtime_nst.evaluate.stability import Paint
from realtime_nst.frame import Image
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.models.registry import (
    Model,
    StyleChoice,
    find_style,
    installed_models,
    read_model,
)
from realtime_nst.stylize.loading import open_choice


@dataclass(frozen=True, slots=True)
class StyleUnderTest:
    """One style of one model."""

    choice: StyleChoice

    @property
    def model(self) -> str:
        """Return the model's name."""
        return self.choice.model.card.name

    @property
    def style(self) -> str:
        """Return the name of the style, or the blend."""
        parts = zip(self.choice.model.styles, self.choice.weights, strict=True)
        mixed = [(name, weight) for name, weight in parts if weight]
        if len(mixed) == 1:
            return mixed[0][0]
        return ",".join(f"{name}:{weight:.2g}" for name, weight in mixed)

    def paint(self, device: str, threads: int | None) -> Paint:
        """Open the model file and return a function that stylizes an image."""
        options = InferenceOptions(device=device, precision=None, threads=threads)
        session = open_choice(self.choice, options, baked=False)
        weights = self.choice.weight_array()

        def stylize(image: Image) -> Image:
            return session.run(image, weights)

        return stylize


def select_styles(name: str, tier: str | None = None) -> list[StyleUnderTest]:
    """Return a style or a blend; for the name or file of a model, each of its styles.

    Args:
        name: as accepted by ``--style``, or a model.
        tier: preferred tier.

    Raises:
        ModelError: there is no such style or model.
    """
    if name.endswith(".onnx"):
        return _each_style(read_model(Path(name)))
    for model in installed_models():
        if model.card.name == name:
            return _each_style(model)
    return [StyleUnderTest(find_style(name, tier))]


def _each_style(model: Model) -> list[StyleUnderTest]:
    weights = np.eye(len(model.styles)).tolist()
    return [StyleUnderTest(StyleChoice(model, tuple(row))) for row in weights]
