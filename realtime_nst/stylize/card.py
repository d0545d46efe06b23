"""The model card: what a model is, where it comes from and what was measured of it.

It travels inside the ONNX file as one JSON object under the metadata key ``realtime-nst``, so a
model that was copied somewhere still says whose style it has and under which licence.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from realtime_nst.errors import ModelError

KEY = "realtime-nst"
"""The metadata key the card is stored under."""


@dataclass(frozen=True, slots=True)
class Style:
    """One style a model can paint, and the work of art it was learnt from."""

    name: str
    """What the user types: ``starry-night``."""
    title: str
    artist: str
    year: str
    sha256: str
    """Of the picture file the network was trained on."""
    colors: tuple[str, ...] = ()
    """Of the painting, each for the same share of it: ``#1d2c57``. Its palette map moves photos to
    all of its colors; the map's coefficients are in the model."""
    texture: tuple[float, ...] = ()
    """Of the painting; see ``texture.texture``."""
    strokes: float = 1.0
    """How strong the strokes over the palette base are."""


@dataclass(frozen=True, slots=True)
class Card:
    """A model's card; every field is required of a shipped model."""

    name: str
    """The folder it lives in: ``gallery-fast``."""
    tier: str
    """``nano``, ``fast``, ``quality`` or ``johnson``."""
    styles: tuple[Style, ...]
    """In the order of the ``style_weights`` input."""
    licence: str
    """Of the weights, an SPDX identifier."""
    training_data: str
    recipe_sha256: str
    """Of the recipe the network was trained by."""
    precision: str
    """``fp32`` or ``fp16``: the convolutions; instance norm is always fp32."""
    parameters: int
    numbers: dict[str, float] = field(default_factory=dict)
    """What was measured: ``parity_max``, ``parity_mean`` (grey levels), ``parity_psnr`` (dB),
    ``steps``, ``content_loss``, ``style_loss`` ..."""

    def to_json(self) -> str:
        """The card as it is stored in the model."""
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
            message = f"the model's card cannot be read: {error}"
            raise ModelError(message, "export the model again: realtime-nst export") from error


def _style(values: dict[str, Any]) -> Style:
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return Style(**fields)
