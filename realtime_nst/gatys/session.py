"""Optimization session: a network loaded once, and runs that read and write image files."""

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
from realtime_nst.gatys.objective import StyleImage
from realtime_nst.gatys.optimize import SMALLEST, Iterate, OptimizeSettings, levels_for, optimize
from realtime_nst.gatys.png_metadata import write_with_text
from realtime_nst.image_io.read import read_image
from realtime_nst.nn.device import pick_device, uses_bf16
from realtime_nst.nn.tensors import resize, to_image, to_tensor
from realtime_nst.nn.vgg import VGG

TEXT = "realtime-nst"
"""Keyword of the settings in a PNG file."""


@dataclass(frozen=True, slots=True)
class StyleFile:
    """A style by its files; see ``objective.Style``."""

    path: Path
    """The style image."""
    share: float = 1.0
    """Weight relative to the other styles."""
    where: Path | None = None
    """Mask of the result: white where the style applies."""
    part: Path | None = None
    """Mask of the style image: white where it is used."""


@dataclass(frozen=True, slots=True)
class GatysOptions:
    """Requested options; ``open_studio`` checks them and resolves ``auto``."""

    styles: tuple[StyleFile, ...]
    settings: OptimizeSettings = field(default_factory=OptimizeSettings)
    """Settings; ``levels``, ``bf16`` and ``tile`` are replaced by those of the options below."""
    size: int = 512
    """Longer side of the result in pixels."""
    style_scale: float = 1.0
    """Longer side of the style images relative to the result's; larger values enlarge strokes."""
    keep_colour: str = "none"
    """``none``, ``luminance`` or ``match``; see ``color``."""
    levels: int | None = None
    """Number of levels of the pyramid; None chooses by the size."""
    tile: int | None = None
    """Side of tiles in pixels, 0 for none; None uses tiles if memory is short."""
    init: Path | None = None
    """Initial image; None uses the one named in the settings."""
    network: str = "auto"
    """``vgg19``, ``vgg16`` or ``auto``; see ``open_backbone``."""
    pooling: str = "max"
    """``max`` or ``avg``."""
    vgg_weights: Path | None = None
    """File of VGG weights; see ``load_vgg``."""
    device: str = "auto"
    """``auto``, ``cpu`` or ``cuda``."""
    precision: str = "auto"
    """``fp32``, ``bf16`` or ``auto``, which is bf16 on hardware with native support."""

    def files(self) -> list[Path]:
        """Return every file that is read in addition to the content."""
        given = [path for style in self.styles for path in (style.path, style.where, style.part)]
        return [path for path in (*given, self.init, self.vgg_weights) if path]


@dataclass(frozen=True, slots=True, eq=False)
class GatysSession:
    """A loaded network, for runs with the same options."""

    options: GatysOptions
    """The options as requested."""
    settings: OptimizeSettings
    """The settings as they can be served."""
    network: str
    """``vgg19`` or ``vgg16``."""
    device: torch.device
    vgg: VGG
    notes: tuple[str, ...]
    """Differences from what was requested, human-readable."""

    def describe(self) -> dict[str, Any]:
        """Return all options that affect the result, except the content, for JSON."""
        options = self.options
        styles = [
            {key: value.name if isinstance(value, Path) else value for key, value in each.items()}
            for each in (asdict(style) for style in options.styles)
        ]
        kept = ("size", "style_scale", "keep_colour", "levels", "pooling")
        return {
            "program": f"realtime-nst {__version__}",
            "network": self.network,
            "styles": styles,
            "init": self._init,
            **{key: getattr(options, key) for key in kept},
            "settings": self.settings_json(self.settings),
        }

    def settings_json(self, settings: OptimizeSettings) -> dict[str, Any]:
        """Return settings for JSON, with the name of the initial image."""
        return {**asdict(settings), "init": self._init}

    @property
    def _init(self) -> str:
        return self.options.init.name if self.options.init else self.settings.init

    def prepare(self, content: Path) -> "GatysRun":
        """Read the content, styles and masks, and check that they fit into memory.

        Args:
            content: the content image.

        Raises:
            SourceError: an image cannot be read.
            TrainError: there is not enough memory, or no such way of keeping colors.
        """
        options = self.options
        photo = to_tensor(read_image(content))
        height, width = _scaled_size(photo, options.size)
        # Before anything is enlarged: an image of 30,000 px does not even fit as it is.
        settings, note = self._within_memory(height, width)
        photo = resize(photo, height, width).to(self.device)
        styles = [self._style(style, max(height, width)) for style in options.styles]
        aim, matched = prepared(photo, styles, options.keep_colour)
        start = to_tensor(read_image(options.init)).to(self.device) if options.init else None
        return GatysRun(self, content, photo, aim, tuple(matched), settings, start, note)

    def _within_memory(self, height: int, width: int) -> tuple[OptimizeSettings, str]:
        levels = self.options.levels or levels_for(max(height, width))
        settings = replace(self.settings, levels=levels, tile=self.options.tile or 0)
        free = free_memory(self.device)
        tile, note = fitting(self.vgg, height, width, settings, free, self.options.tile is None)
        return replace(settings, tile=tile), note

    def _style(self, style: StyleFile, longer: int) -> StyleImage:
        image = to_tensor(read_image(style.path))
        longest = round(longer * self.options.style_scale)
        image = resize(image, *_scaled_size(image, longest))
        where, part = (_mask(path, self.device) for path in (style.where, style.part))
        return StyleImage(image.to(self.device), style.share, where, part)


@dataclass(frozen=True, slots=True, eq=False)
class GatysRun:
    """One content image, ready to be optimized."""

    session: GatysSession
    path: Path
    """The content file."""
    photo: Tensor
    """(1, 3, h, w), the content in the result's size."""
    aim: Tensor
    """The content as the optimizer needs it; see ``color.prepared``."""
    styles: tuple[StyleImage, ...]
    settings: OptimizeSettings
    start: Tensor | None
    """Initial image, or None for the one named in the settings."""
    note: str
    """Difference from what was requested, human-readable."""

    def run(self) -> Iterator[Iterate]:
        """Yield an iterate after each step; pass its image to ``finish``.

        Raises:
            TrainError: the loss is not finite, or the device runs out of memory.
        """
        vgg, settings = self.session.vgg, self.settings
        try:
            yield from optimize(vgg, self.aim, self.styles, settings, self.start)
        except torch.OutOfMemoryError as error:
            hint = f"use --tile {settings.tile // 2 or 512}, --optimizer adam or a smaller --size"
            raise TrainError("the device has run out of memory", hint) from error

    def finish(self, image: Tensor) -> Image:
        """Convert an iterate's image, in the size of its level, and restore kept colors.

        Args:
            image: (1, 3, h, w) RGB in [0, 1].

        Returns:
            (h, w, 3) uint8 BGR.
        """
        photo = resize(self.photo, *image.shape[2:])
        return to_image(restored(image, photo, self.session.options.keep_colour)[0])

    def save(self, iterate: Iterate, path: Path) -> None:
        """Write an iterate in the result's size; a PNG stores its settings.

        Raises:
            SinkError: the file cannot be written.
        """
        image = resize(iterate.image, *self.photo.shape[2:])
        made = {**self.session.describe(), "settings": self.session.settings_json(self.settings)}
        made |= {"content": self.path.name, "result": iterate.record()}
        write_with_text(path, self.finish(image), {TEXT: json.dumps(made, ensure_ascii=False)})


def open_studio(options: GatysOptions) -> GatysSession:
    """Check the options and load the network.

    Args:
        options: of all runs of the session.

    Raises:
        ModelError: the weights, a layer or the network do not exist.
        TrainError: the device or precision is not available, there is no style, or a number is out
            of range.

    Example:
        >>> session = open_studio(GatysOptions((StyleFile(Path("style.jpg")),)))
        >>> run = session.prepare(Path("photo.jpg"))
        >>> for iterate in run.run():
        ...     print(iterate.iteration, iterate.total)
        >>> run.save(iterate, Path("stylized.png"))
    """
    _check_numbers(options)
    if not options.styles or sum(style.share for style in options.styles) <= 0:
        raise TrainError("all style weights are zero", "give at least one style a share above 0")
    device = pick_device(options.device)
    bf16 = uses_bf16(options.precision, device)
    back = open_backbone(options.settings, options.network, options.vgg_weights, options.pooling)
    vgg = back.vgg.to(device).to(memory_format=torch.channels_last)
    settings = replace(back.settings, bf16=bf16)
    return GatysSession(options, settings, back.network, device, vgg, back.notes)


def _check_numbers(options: GatysOptions) -> None:
    settings = options.settings
    weights = {
        "content weight": settings.content_weight,
        "style weight": settings.style_weight,
        "smoothness": settings.tv_weight,
        **{f"weight of {layer}": weight for layer, weight in settings.style_layers.items()},
        **{f"share of {style.path.name}": style.share for style in options.styles},
    }
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise TrainError(f"the {name} cannot be {weight:g}", "give 0 or a larger number")
    # Adam may continue after L-BFGS, so its rate is always needed.
    for name, number in {"rate": settings.rate, "style scale": options.style_scale}.items():
        if not (math.isfinite(number) and number > 0):
            raise TrainError(f"the {name} cannot be {number:g}", "give a number above 0")


def _scaled_size(image: Tensor, longer: int) -> tuple[int, int]:
    """Return height and width with the longer side as given and no side below ``SMALLEST``."""
    scale = longer / max(image.shape[2:])
    height, width = (max(SMALLEST, round(side * scale)) for side in image.shape[2:])
    return height, width


def _mask(path: Path | None, device: torch.device) -> Tensor | None:
    return luminance(to_tensor(read_image(path))).to(device) if path else None
