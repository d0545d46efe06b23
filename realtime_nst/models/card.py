"""The model card: contents, origin, license and measurements of a model.

It is stored in the ONNX file as one JSON object under the metadata key ``realtime-nst``, so that a
copied model keeps the origin of its styles and its license.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from realtime_nst.errors import ModelError

KEY = "realtime-nst"
"""Metadata key of the card."""


@dataclass(frozen=True, slots=True)
class Style:
    """A style of a model, and the artwork it was trained on."""

    name: str
    """Name for ``--style``: ``starry-night``."""
    title: str
    artist: str
    year: str
    sha256: str
    """SHA-256 of the style image's file."""
    colors: tuple[str, ...] = ()
    """Colors of the style image, each for an equal share of its pixels: ``#1d2c57``. The palette
    map, whose coefficients are in the model, uses all colors of the image."""
    texture: tuple[float, ...] = ()
    """Texture of the style image; see ``palette.texture``."""
    strokes: float = 1.0
    """Factor on the strokes over the palette base."""


@dataclass(frozen=True, slots=True)
class Card:
    """A model's card; every field is required of a shipped model."""

    name: str
    """Name of the model's folder: ``gallery-fast``."""
    tier: str
    """``nano``, ``fast``, ``quality`` or ``johnson``."""
    styles: tuple[Style, ...]
    """In the order of the ``style_weights`` input."""
    licence: str
    """License of the weights, an SPDX identifier."""
    training_data: str
    recipe_sha256: str
    """SHA-256 of the training recipe."""
    precision: str
    """Precision of the convolutions, ``fp32``, ``fp16`` or ``int8``; instance norm is fp32."""
    parameters: int
    """Number of parameters."""
    numbers: dict[str, float] = field(default_factory=dict)
    """Measurements: ``parity_max``, ``parity_mean`` (gray levels), ``parity_psnr`` (dB), ``steps``,
    ``content_loss``, ``style_loss`` ..."""

    def to_json(self) -> str:
        """Return the card as it is stored in the model."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """Read a stored card.

        Raises:
            ModelError: the text is not a complete card.
        """
        try:
            fields = json.loads(text)
            styles = tuple(_style(style) for style in fields.pop("styles"))
            return cls(styles=styles, **fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            message = f"cannot read the model card: {error}"
            raise ModelError(message, "export the model again: realtime-nst export") from error


def _style(values: dict[str, Any]) -> Style:
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return Style(**fields)
