"""Which styles of which models are meant by what a user types."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realtime_nst.evaluate.stability import Paint
from realtime_nst.frame import Image
from realtime_nst.inference.session import open_session
from realtime_nst.models.registry import (
    Model,
    StyleChoice,
    find_style,
    installed_models,
    read_model,
)


@dataclass(frozen=True, slots=True)
class StyleUnderTest:
    """One style of one model."""

    choice: StyleChoice

    @property
    def model(self) -> str:
        """The model's name."""
        return self.choice.model.card.name

    @property
    def style(self) -> str:
        """The name of the style, or the blend as it was asked for."""
        parts = zip(self.choice.model.styles, self.choice.weights, strict=True)
        mixed = [(name, weight) for name, weight in parts if weight]
        if len(mixed) == 1:
            return mixed[0][0]
        return ",".join(f"{name}:{weight:.2g}" for name, weight in mixed)

    def paint(self, device: str, threads: int | None) -> Paint:
        """Open the model, in this one file's precision."""
        session = open_session(self.choice.model.path, device, threads=threads)
        weights = self.choice.weight_array()

        def painted(image: Image) -> Image:
            return session.run(image, weights)

        return painted


def select_styles(name: str, tier: str | None = None) -> list[StyleUnderTest]:
    """A style as ``--style`` takes it; of a model alone, all its styles one by one.

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
