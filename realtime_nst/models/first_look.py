"""First look at any image as a style: its palette, with the strokes of the most similar style.

Nothing is trained, and torch is not needed: the palette map is written into copies of a shipped
model's files, which are kept in the cache.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from realtime_nst.cache_folder import own_folder
from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.models.bake_style import bake_style
from realtime_nst.models.card import Card, Style
from realtime_nst.models.palette_swap import read_hinges, with_card, with_palette
from realtime_nst.palette.oklab import from_oklab
from realtime_nst.palette.palette_map import PaletteMap, fit_palette, painting_colors
from realtime_nst.palette.texture import texture, texture_distance

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
"""File name extensions of images that can be used as a style."""


@dataclass(frozen=True, slots=True)
class StrokeSource:
    """A style of a model file, whose strokes can be used."""

    model: Path
    card: Card
    number: int
    """Index of the style in the model."""

    @property
    def style(self) -> Style:
        """Card entry of the style."""
        return self.card.styles[self.number]


def first_look(painting: Path, models: Iterable[tuple[Path, Card]]) -> tuple[Path, StrokeSource]:
    """Create a model of one style from an image.

    Args:
        painting: an image file.
        models: files and cards of models whose strokes may be used.

    Returns:
        The path of the new ``model.onnx``, next to which are the same variants as next to the
        source, and the style whose strokes it uses.

    Raises:
        ModelError: the image cannot be read, or no model has a palette base.
    """
    data, image = _read(painting)
    source = nearest(image, models)
    original = source.model.read_bytes()
    digest = hashlib.sha256(data)
    key = hashlib.sha256(original + digest.digest() + source.style.name.encode()).hexdigest()[:20]
    folder = own_folder("first-looks", key) or Path(tempfile.mkdtemp(prefix="first-look-"))
    model = folder / "model.onnx"
    if not model.is_file():
        palette = fit_palette(image, read_hinges(original))
        _write(folder, source, palette, _card(source, painting, image, digest.hexdigest()))
    return model, source


def nearest(painting: Image, models: Iterable[tuple[Path, Card]]) -> StrokeSource:
    """Return the style whose style image has the most similar texture.

    Args:
        painting: (height, width, 3) uint8 BGR.
        models: files and cards of the models to search.

    Raises:
        ModelError: no model has a palette base.
    """
    sources = [
        StrokeSource(path, card, i) for path, card in models for i in range(len(card.styles))
    ]
    usable = [source for source in sources if source.style.texture]
    if not usable:
        message = "cannot use an image as a style: no model has a palette base"
        raise ModelError(message, "train a style: realtime-nst train IMAGE")
    target = texture(painting)
    return min(usable, key=lambda source: texture_distance(target, source.style.texture))


def _read(path: Path) -> tuple[bytes, Image]:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ModelError(message, "give an image, or the name of a style") from error
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise ModelError(f"cannot read {path}: it is not an image", "give a JPEG or a PNG")
    return data, np.asarray(image, np.uint8)


def _card(source: StrokeSource, path: Path, image: Image, sha256: str) -> Card:
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "style"
    rgb = np.round(255 * from_oklab(painting_colors(image, 4))).astype(int)
    colors = tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in rgb)
    style = Style(slug, path.stem, "", "", sha256, colors, texture(image), source.style.strokes)
    name = f"first look, strokes of {source.style.name}"
    return replace(source.card, name=name, styles=(style,), numbers={})


def _write(folder: Path, source: StrokeSource, palette: PaletteMap, card: Card) -> None:
    """Write the variants first and ``model.onnx`` last: a folder with it is complete."""
    weights = np.eye(len(source.card.styles))[source.number].tolist()
    int8 = source.model.parent / "int8" / f"{source.style.name}.onnx"
    names = {
        int8: folder / "int8" / f"{card.styles[0].name}.onnx",
        source.model.with_name("fp16.onnx"): folder / "fp16.onnx",
        source.model: folder / "model.onnx",
    }
    for original, target in names.items():
        if original.is_file():
            precision = {"int8": "int8", "fp16": "fp16"}.get(
                original.parent.name if original == int8 else original.stem, "fp32"
            )
            own_card = replace(card, precision=precision)
            _write_variant(original, target, weights, source.number, palette, own_card)


def _write_variant(
    original: Path,
    target: Path,
    weights: Sequence[float],
    number: int,
    palette: PaletteMap,
    card: Card,
) -> None:
    model = original.read_bytes()
    if card.precision != "int8" and len(weights) > 1:
        model = bake_style(model, weights)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(with_card(with_palette(model, number, palette), card))
    partial.replace(target)
