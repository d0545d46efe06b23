"""A model as it is read from its file, before any engine has seen it."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from realtime_nst.errors import ModelError
from realtime_nst.models.bake_style import bake_style, drop_weights_default
from realtime_nst.models.card import KEY, Card
from realtime_nst.models.checksum import is_whole
from realtime_nst.models.diagnose import damaged_hint, explain_foreign_model
from realtime_nst.models.metadata import metadata_of
from realtime_nst.models.protobuf import Malformed
from realtime_nst.models.signature import FRAME, Signature, read_signature

UNFIT = "realtime-nst export makes one that does"

Weights = tuple[float, ...]
"""How much of each style of a model."""


@dataclass(frozen=True)
class OnnxModel:
    """The bytes of an ONNX file with what they say of themselves."""

    path: Path
    model: bytes
    """Without a default for the styles' weights, so that no engine takes it for a constant."""
    card: Card
    signature: Signature

    @property
    def is_multi_style(self) -> bool:
        """Whether it takes the styles' weights with every frame."""
        return self.signature.blends

    @property
    def free_sizes(self) -> tuple[str | None, str | None]:
        """What the model calls its free height and width; None where it has no name for it."""
        _, height, width, _ = self.signature.inputs[FRAME].shape
        return (
            height if isinstance(height, str) else None,
            width if isinstance(width, str) else None,
        )

    @cached_property
    def sha256(self) -> str:
        """Of the bytes."""
        return hashlib.sha256(self.model).hexdigest()

    def baked(self, weights: Weights) -> "OnnxModel":
        """The same for one style or blend only; engines run it faster.

        Raises:
            ModelError: it has another number of styles.
        """
        if len(weights) != len(self.card.styles):
            count = len(self.card.styles)
            raise ModelError(f"{self.card.name} has {count} styles, but got {len(weights)} weights")
        if not self.is_multi_style:
            return self
        model = bake_style(self.model, weights)
        return replace(self, model=model, signature=read_signature(model))


def read_network(path: Path, *, check_seal: bool = True) -> OnnxModel:
    """Read a model and see that it is one of ours.

    Args:
        path: the file.
        check_seal: whether to compare it with the checksum stored in it; some milliseconds.

    Raises:
        ModelError: there is no such file, or it is no model of ours, or damaged.
    """
    if not path.is_file():
        raise ModelError(f"there is no model {path}", "realtime-nst styles")
    try:
        model = path.read_bytes()
        text, signature = metadata_of(model).get(KEY), read_signature(model)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read: {error.strerror}", "realtime-nst styles"
        ) from error
    except (Malformed, UnicodeDecodeError) as error:
        raise explain_foreign_model(path) from error
    if text is None:
        raise explain_foreign_model(path)
    if check_seal and is_whole(model) is False:
        raise ModelError(f"{path} is damaged: its checksum is wrong", damaged_hint(path))
    if misfit := signature.misfit():
        raise ModelError(f"{path} does not fit: {misfit}", UNFIT)
    card = Card.from_json(text)
    if signature.styles != len(card.styles):
        count = signature.styles
        message = f"{path} paints {count} styles, but its card names {len(card.styles)}"
        raise ModelError(message, "export it again: realtime-nst export")
    return OnnxModel(
        path, drop_weights_default(model) if signature.blends else model, card, signature
    )
