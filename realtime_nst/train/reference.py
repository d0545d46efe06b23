"""The optimizer's image of a photo, to hold a network's against; kept in a folder if asked for."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from realtime_nst.frame import Image
from realtime_nst.sinks.images import write_image
from realtime_nst.sources.images import read_image
from realtime_nst.train.backbone import open_backbone
from realtime_nst.train.data import to_image, to_tensor
from realtime_nst.train.device import pick_device, uses_bf16
from realtime_nst.train.features import VGG
from realtime_nst.train.gatys import Settings, levels_for, optimise
from realtime_nst.train.objective import Style


def gatys_reference(
    painting: Image,
    iterations: int,
    folder: Path | None = None,
    vgg_weights: Path | None = None,
    device: str = "auto",
) -> Callable[[Image], Image]:
    """Return a function from a photo to what Gatys makes of it with the defaults of ``gatys``.

    Args:
        painting: at the size its strokes should have.
        folder: where images are kept; the next call finds them there.
        vgg_weights: see ``open_backbone``.
    """
    place = pick_device(device)
    back = open_backbone(Settings(iterations=iterations), path=vgg_weights)
    settings = replace(back.settings, bf16=uses_bf16("auto", place))
    vgg = back.vgg.to(place)

    def reference(photo: Image) -> Image:
        path = folder / _name(photo, painting, settings, back.network) if folder else None
        if path and path.is_file():
            return read_image(path)
        image = _optimized(vgg, photo, painting, settings)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_image(path, image)
        return image

    return reference


def _optimized(vgg: VGG, photo: Image, painting: Image, settings: Settings) -> Image:
    content, style = (to_tensor(image).to(vgg.mean.device) for image in (photo, painting))
    settings = replace(settings, levels=levels_for(max(photo.shape[:2])))
    image = content
    for iterate in optimise(vgg, content, [Style(style)], settings):
        image = iterate.image
    return to_image(image[0])


def _name(photo: Image, painting: Image, settings: Settings, network: str) -> str:
    """A name for the file that changes with all that the image depends on."""
    told = json.dumps({**asdict(settings), "bf16": None, "network": network}, sort_keys=True)
    digest = hashlib.sha256(told.encode())
    for image in (photo, painting):
        digest.update(repr(image.shape).encode() + image.tobytes())
    return f"{digest.hexdigest()[:20]}.png"
