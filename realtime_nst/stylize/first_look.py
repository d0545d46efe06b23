"""A first look at any painting: its own palette base under the strokes of the most similar style.

Nothing is trained, and torch is not needed: the palette map is put into copies of a shipped model's
files, which are kept in the cache.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.stylize.cache import own_folder
from realtime_nst.stylize.card import Card, Style
from realtime_nst.stylize.fixed import fix_style
from realtime_nst.stylize.oklab import from_oklab
from realtime_nst.stylize.palette_map import PaletteMap, fit_palette, painting_colors
from realtime_nst.stylize.palette_swap import read_hinges, with_card, with_palette
from realtime_nst.stylize.texture import texture, unlikeness

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
"""Of pictures that can be taken for a style."""


@dataclass(frozen=True, slots=True)
class Source:
    """A style of a model on the disk, whose strokes can be taken."""

    model: Path
    card: Card
    number: int

    @property
    def style(self) -> Style:
        """The style itself."""
        return self.card.styles[self.number]


def first_look(painting: Path, models: Iterable[tuple[Path, Card]]) -> tuple[Path, Source]:
    """Make a model of one style from a picture.

    Args:
        painting: a picture file.
        models: files and cards of models whose strokes may be taken.

    Returns:
        The ``model.onnx`` made, beside which lie the same variants as beside the source, and where
        its strokes are from.

    Raises:
        ModelError: the picture cannot be read, or no model has a palette base.
    """
    data, image = _read(painting)
    source = nearest(image, models)
    original = source.model.read_bytes()
    seen = hashlib.sha256(data)
    key = hashlib.sha256(original + seen.digest() + source.style.name.encode()).hexdigest()[:20]
    folder = own_folder("first-looks", key) or Path(tempfile.mkdtemp(prefix="first-look-"))
    made = folder / "model.onnx"
    if not made.is_file():
        palette = fit_palette(image, read_hinges(original))
        _write(folder, source, palette, _card(source, painting, image, seen.hexdigest()))
    return made, source


def nearest(painting: Image, models: Iterable[tuple[Path, Card]]) -> Source:
    """Find the style whose painting has the most similar texture.

    Raises:
        ModelError: no model has a palette base.
    """
    sources = [Source(path, card, i) for path, card in models for i in range(len(card.styles))]
    based = [source for source in sources if source.style.texture]
    if not based:
        raise ModelError("no model can paint in a picture's colors", "realtime-nst train PICTURE")
    wanted = texture(painting)
    return min(based, key=lambda source: unlikeness(wanted, source.style.texture))


def _read(path: Path) -> tuple[bytes, Image]:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ModelError(message, "give a picture, or the name of a style") from error
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise ModelError(f"cannot read {path}: it is not an image", "give a JPEG or a PNG")
    return data, np.asarray(image, np.uint8)


def _card(source: Source, path: Path, image: Image, sha256: str) -> Card:
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "style"
    rgb = np.round(255 * from_oklab(painting_colors(image, 4))).astype(int)
    colors = tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in rgb)
    style = Style(slug, path.stem, "", "", sha256, colors, texture(image), source.style.strokes)
    name = f"first look, strokes of {source.style.name}"
    return replace(source.card, name=name, styles=(style,), numbers={})


def _write(folder: Path, source: Source, palette: PaletteMap, card: Card) -> None:
    """Write the variants first and ``model.onnx`` last, since what has that is whole."""
    weights = np.eye(len(source.card.styles))[source.number].tolist()
    int8 = source.model.parent / "int8" / f"{source.style.name}.onnx"
    names = {
        int8: folder / "int8" / f"{card.styles[0].name}.onnx",
        source.model.with_name("fp16.onnx"): folder / "fp16.onnx",
        source.model: folder / "model.onnx",
    }
    for original, made in names.items():
        if original.is_file():
            precision = {"int8": "int8", "fp16": "fp16"}.get(
                original.parent.name if original == int8 else original.stem, "fp32"
            )
            one = replace(card, precision=precision)
            _write_one(original, made, weights, source.number, palette, one)


def _write_one(
    original: Path,
    made: Path,
    weights: Sequence[float],
    number: int,
    palette: PaletteMap,
    card: Card,
) -> None:
    model = original.read_bytes()
    if card.precision != "int8" and len(weights) > 1:
        model = fix_style(model, weights)
    made.parent.mkdir(parents=True, exist_ok=True)
    partial = made.with_suffix(".partial")
    partial.write_bytes(with_card(with_palette(model, number, palette), card))
    partial.replace(made)
