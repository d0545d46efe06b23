"""From picture files to an optimization and back: what the commands and scripts share."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from realtime_nst import __version__
from realtime_nst.errors import TrainError
from realtime_nst.frame import Image
from realtime_nst.gatys.backbone import open_backbone
from realtime_nst.gatys.color import luminance, prepared, restored
from realtime_nst.gatys.memory import fitting, free_memory
from realtime_nst.gatys.objective import Style
from realtime_nst.gatys.optimize import SMALLEST, Iterate, OptimizeSettings, levels_for, optimize
from realtime_nst.gatys.png_metadata import write_with_text
from realtime_nst.image_io.read import read_image
from realtime_nst.nn.device import pick_device, uses_bf16
from realtime_nst.nn.tensors import resize, to_image, to_tensor
from realtime_nst.nn.vgg import VGG

TEXT = "realtime-nst"
"""The key of the settings in a PNG file."""


@dataclass(frozen=True, slots=True)
class StyleFile:
    """A style as files; see ``objective.Style``."""

    path: Path
    share: float = 1.0
    where: Path | None = None
    """A mask of the result: white is where this style counts."""
    part: Path | None = None
    """A mask of the style picture: white is what counts."""


@dataclass(frozen=True, slots=True)
class GatysOptions:
    """What is asked for; ``open_studio`` finds out what can be had."""

    styles: tuple[StyleFile, ...]
    settings: OptimizeSettings = field(default_factory=OptimizeSettings)
    """Its ``levels``, ``bf16`` and ``tile`` are set by what follows."""
    size: int = 512
    """Longer side of the result in pixels."""
    style_scale: float = 1.0
    """Longer side of the style pictures against that of the result: larger strokes."""
    keep_colour: str = "none"
    """``none``, ``luminance`` or ``match``."""
    levels: int | None = None
    """Of the pyramid; None takes as many as the size deserves."""
    tile: int | None = None
    """Side of tiles in pixels, 0 for none; None takes them where memory asks for them."""
    init: Path | None = None
    """A picture to begin with."""
    network: str = "auto"
    pooling: str = "max"
    vgg_weights: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    """``fp32``, ``bf16`` or ``auto``: bf16 where the processor computes with it."""

    def files(self) -> list[Path]:
        """Return every file that is read besides the content."""
        given = [path for style in self.styles for path in (style.path, style.where, style.part)]
        return [path for path in (*given, self.init, self.vgg_weights) if path]


@dataclass(frozen=True, slots=True, eq=False)
class GatysSession:
    """A network that is loaded, and wishes that can be fulfilled."""

    wishes: GatysOptions
    settings: OptimizeSettings
    network: str
    device: torch.device
    vgg: VGG
    notes: tuple[str, ...]
    """What is other than asked for."""

    def describe(self) -> dict[str, Any]:
        """Everything that makes the picture what it is, but the content; for JSON."""
        wishes = self.wishes
        styles = [
            {key: value.name if isinstance(value, Path) else value for key, value in each.items()}
            for each in (asdict(style) for style in wishes.styles)
        ]
        kept = ("size", "style_scale", "keep_colour", "levels", "pooling")
        return {
            "program": f"realtime-nst {__version__}",
            "network": self.network,
            "styles": styles,
            "init": self._init,
            **{key: getattr(wishes, key) for key in kept},
            "settings": self.told(self.settings),
        }

    def told(self, settings: OptimizeSettings) -> dict[str, Any]:
        """Settings for JSON, with the picture that was begun with."""
        return {**asdict(settings), "init": self._init}

    @property
    def _init(self) -> str:
        return self.wishes.init.name if self.wishes.init else self.settings.init

    def prepare(self, content: Path) -> "GatysRun":
        """Read the pictures and see that they fit into memory.

        Raises:
            SourceError: one cannot be read.
            TrainError: memory would not do, or something asked for does not exist.
        """
        wishes = self.wishes
        photo = to_tensor(read_image(content))
        height, width = _fitting_size(photo, wishes.size)
        # Before anything is enlarged: a picture of 30,000 px does not even fit as it is.
        settings, note = self._within_memory(height, width)
        photo = resize(photo, height, width).to(self.device)
        styles = [self._style(style, max(height, width)) for style in wishes.styles]
        aim, painted = prepared(photo, styles, wishes.keep_colour)
        start = to_tensor(read_image(wishes.init)).to(self.device) if wishes.init else None
        return GatysRun(self, content, photo, aim, tuple(painted), settings, start, note)

    def _within_memory(self, height: int, width: int) -> tuple[OptimizeSettings, str]:
        levels = self.wishes.levels or levels_for(max(height, width))
        settings = replace(self.settings, levels=levels, tile=self.wishes.tile or 0)
        free = free_memory(self.device)
        tile, note = fitting(self.vgg, height, width, settings, free, self.wishes.tile is None)
        return replace(settings, tile=tile), note

    def _style(self, style: StyleFile, longer: int) -> Style:
        picture = to_tensor(read_image(style.path))
        longest = round(longer * self.wishes.style_scale)
        picture = resize(picture, *_fitting_size(picture, longest))
        where, part = (_mask(path, self.device) for path in (style.where, style.part))
        return Style(picture.to(self.device), style.share, where, part)


@dataclass(frozen=True, slots=True, eq=False)
class GatysRun:
    """One content picture, ready to be optimized."""

    studio: GatysSession
    path: Path
    photo: Tensor
    """(1, 3, h, w), the content as it is."""
    aim: Tensor
    """The content as the optimizer sees it."""
    styles: tuple[Style, ...]
    settings: OptimizeSettings
    start: Tensor | None
    note: str
    """What is other than asked for."""

    def run(self) -> Iterator[Iterate]:
        """Iterates; their pictures are for ``finish``.

        Raises:
            TrainError: the loss is no number, or memory ran out all the same.
        """
        vgg, settings = self.studio.vgg, self.settings
        try:
            yield from optimize(vgg, self.aim, self.styles, settings, self.start)
        except torch.OutOfMemoryError as error:
            hint = f"--tile {settings.tile // 2 or 512}, --optimizer adam, or a smaller --size"
            raise TrainError("the device has run out of memory", hint) from error

    def finish(self, image: Tensor) -> Image:
        """An iterate's picture as people should see it, of the size of its level."""
        photo = resize(self.photo, *image.shape[2:])
        return to_image(restored(image, photo, self.studio.wishes.keep_colour)[0])

    def save(self, iterate: Iterate, path: Path) -> None:
        """Write a picture, in the result's size; a PNG carries its settings.

        Raises:
            SinkError: it cannot be written.
        """
        image = resize(iterate.image, *self.photo.shape[2:])
        made = {**self.studio.describe(), "settings": self.studio.told(self.settings)}
        made |= {"content": self.path.name, "result": iterate.record()}
        write_with_text(path, self.finish(image), {TEXT: json.dumps(made, ensure_ascii=False)})


def open_studio(wishes: GatysOptions) -> GatysSession:
    """Load the network.

    Raises:
        ModelError: there are no such weights, layers or network.
        TrainError: the device or precision asked for does not run, there is no style, or a number
            makes no sense.
    """
    _check_numbers(wishes)
    if not wishes.styles or sum(style.share for style in wishes.styles) <= 0:
        raise TrainError("there is no style that counts", "give each style a share above 0")
    device = pick_device(wishes.device)
    bf16 = uses_bf16(wishes.precision, device)
    back = open_backbone(wishes.settings, wishes.network, wishes.vgg_weights, wishes.pooling)
    vgg = back.vgg.to(device).to(memory_format=torch.channels_last)
    settings = replace(back.settings, bf16=bf16)
    return GatysSession(wishes, settings, back.network, device, vgg, back.notes)


def _check_numbers(wishes: GatysOptions) -> None:
    settings = wishes.settings
    weights = {
        "content weight": settings.content_weight,
        "style weight": settings.style_weight,
        "smoothness": settings.tv_weight,
        **{f"weight of {layer}": weight for layer, weight in settings.style_layers.items()},
        **{f"share of {style.path.name}": style.share for style in wishes.styles},
    }
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise TrainError(f"the {name} cannot be {weight:g}", "give 0 or a number above")
    # L-BFGS may hand over to Adam, so its rate counts with either.
    for name, number in {"rate": settings.rate, "style scale": wishes.style_scale}.items():
        if not (math.isfinite(number) and number > 0):
            raise TrainError(f"the {name} cannot be {number:g}", "give a number above 0")


def _fitting_size(picture: Tensor, longer: int) -> tuple[int, int]:
    """Height and width with the longer side as given and the shorter one at least VGG's."""
    scale = longer / max(picture.shape[2:])
    height, width = (max(SMALLEST, round(side * scale)) for side in picture.shape[2:])
    return height, width


def _mask(path: Path | None, device: torch.device) -> Tensor | None:
    return luminance(to_tensor(read_image(path))).to(device) if path else None
