"""A model as read from its file, before an engine opens it."""

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

EXPORT_HINT = "export it again: realtime-nst export RUN OUT.onnx"

Weights = tuple[float, ...]
"""Weight of each style of a model."""


@dataclass(frozen=True)
class OnnxModel:
    """Bytes of an ONNX file, with its card and signature."""

    path: Path
    model: bytes
    """Bytes of the model, without a default for the style weights, which engines would treat as a
    constant."""
    card: Card
    signature: Signature

    @property
    def is_multi_style(self) -> bool:
        """Whether the style weights are an input of the model."""
        return self.signature.is_multi_style

    @property
    def free_sizes(self) -> tuple[str | None, str | None]:
        """Names of the free height and width; None for a fixed size or an unnamed dimension."""
        _, height, width, _ = self.signature.inputs[FRAME].shape
        return (
            height if isinstance(height, str) else None,
            width if isinstance(width, str) else None,
        )

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.model).hexdigest()

    def baked(self, weights: Weights) -> "OnnxModel":
        """Return the model with fixed style weights, which engines run faster.

        Raises:
            ModelError: the model has another number of styles.
        """
        if len(weights) != len(self.card.styles):
            count = len(self.card.styles)
            raise ModelError(f"{self.card.name} has {count} styles, but got {len(weights)} weights")
        if not self.is_multi_style:
            return self
        model = bake_style(self.model, weights)
        return replace(self, model=model, signature=read_signature(model))


def read_network(path: Path, *, check_seal: bool = True) -> OnnxModel:
    """Read a model and check that it is a valid one, exported by this project.

    Args:
        path: the file.
        check_seal: compare the file with its stored checksum, which takes some milliseconds.

    Raises:
        ModelError: the file does not exist, is not a valid model, or is damaged.
    """
    if not path.is_file():
        raise ModelError(f"there is no model {path}", "realtime-nst styles")
    try:
        model = path.read_bytes()
        text, signature = metadata_of(model).get(KEY), read_signature(model)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}", "realtime-nst styles") from error
    except (Malformed, UnicodeDecodeError) as error:
        raise explain_foreign_model(path) from error
    if text is None:
        raise explain_foreign_model(path)
    if check_seal and is_whole(model) is False:
        raise ModelError(f"{path} is damaged: its checksum is wrong", damaged_hint(path))
    if mismatch := signature.mismatch():
        raise ModelError(f"cannot use {path}: {mismatch}", EXPORT_HINT)
    card = Card.from_json(text)
    if signature.styles != len(card.styles):
        count = signature.styles
        message = f"{path} has {count} styles, but its card names {len(card.styles)}"
        raise ModelError(message, EXPORT_HINT)
    model = drop_weights_default(model) if signature.is_multi_style else model
    return OnnxModel(path, model, card, signature)
