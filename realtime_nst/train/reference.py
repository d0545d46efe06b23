"""Reference images by the Gatys optimizer, to compare a network's output with; can be cached."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from realtime_nst.frame import Image
from realtime_nst.gatys.backbone import open_backbone
from realtime_nst.gatys.objective import StyleImage
from realtime_nst.gatys.optimize import OptimizeSettings, levels_for, optimize
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.nn.device import pick_device, uses_bf16
from realtime_nst.nn.tensors import to_image, to_tensor
from realtime_nst.nn.vgg import VGG


def gatys_reference(
    painting: Image,
    iterations: int,
    folder: Path | None = None,
    vgg_weights: Path | None = None,
    device: str = "auto",
) -> Callable[[Image], Image]:
    """Return a function from a photo to the optimizer's image, with the defaults of ``gatys``.

    Args:
        painting: the style image, at the size its strokes should have.
        iterations: number of steps.
        folder: cache of images, created if missing; None does not cache.
        vgg_weights: see ``open_backbone``.
        device: see ``pick_device``.
    """
    torch_device = pick_device(device)
    back = open_backbone(OptimizeSettings(iterations=iterations), path=vgg_weights)
    settings = replace(back.settings, bf16=uses_bf16("auto", torch_device))
    vgg = back.vgg.to(torch_device)

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


def _optimized(vgg: VGG, photo: Image, painting: Image, settings: OptimizeSettings) -> Image:
    content, style = (to_tensor(image).to(vgg.mean.device) for image in (photo, painting))
    settings = replace(settings, levels=levels_for(max(photo.shape[:2])))
    image = content
    for iterate in optimize(vgg, content, [StyleImage(style)], settings):
        image = iterate.image
    return to_image(image[0])


def _name(photo: Image, painting: Image, settings: OptimizeSettings, network: str) -> str:
    """Return a file name that depends on everything that the image depends on."""
    values = json.dumps({**asdict(settings), "bf16": None, "network": network}, sort_keys=True)
    digest = hashlib.sha256(values.encode())
    for image in (photo, painting):
        digest.update(repr(image.shape).encode() + image.tobytes())
    return f"{digest.hexdigest()[:20]}.png"
