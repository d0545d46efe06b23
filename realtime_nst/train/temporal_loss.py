"""Temporal consistency loss on a synthetic next frame, made from a still image.

Compound regularization (Wang et al. 2020, "Consistent video style transfer via relaxation and
regularization"): a smooth random flow, a shift and noise instead of real video. Here also zoom,
changes of brightness and JPEG artifacts, and some images that do not move at all, since flicker is
most visible with a static camera. A network with strides is equivariant to shifts by its stride, so
shifts have subpixel parts.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.nn.tensors import to_image, to_tensor

STILL = 0.25
"""Share of the images that do not move."""
SHIFT, ZOOM, WAVE = 12.0, 0.03, 3.0
"""Maximum shift in pixels, maximum change of scale, standard deviation of the smooth flow in
pixels."""
COARSE = 64
"""Distance in pixels between the control points of the smooth flow."""
GAIN, NOISE, QUALITY = 0.04, 4 / 255, (60, 95)
"""Maximum change of brightness, maximum standard deviation of noise, range of JPEG quality."""
LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue: ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class NextFrame:
    """The synthetic next frames of a batch."""

    content: Tensor
    """(batch, 3, h, w) RGB in [0, 1]: moved, brighter or darker, noisy."""
    grid: Tensor
    """(batch, h, w, 2), the previous position of each pixel, as for ``grid_sample``."""
    inside: Tensor
    """(batch, 1, h, w), 1 where that position is inside the image."""
    gain: Tensor
    """(batch, 1, 1, 1), the factor on the brightness."""


def synthesize_next_frame(content: Tensor, generator: torch.Generator) -> NextFrame:
    """Synthesize the next frames of a batch of images.

    Args:
        content: (batch, 3, h, w) RGB in [0, 1].
        generator: source of randomness, on the device of ``content``, where all but the JPEG is
            computed.
    """
    grid = _grid(content, generator)
    batch, device = len(content), generator.device
    gain = 1 + GAIN * _uniform((batch, 1, 1, 1), generator)
    noise = NOISE * torch.rand((batch, 1, 1, 1), generator=generator, device=device)
    frames = sample(content, grid) * gain
    frames = frames + noise * torch.randn(frames.shape, generator=generator, device=device)
    quality = int(torch.randint(*QUALITY, (1,), generator=generator, device=device))
    jpeg = _jpeg(frames[:1].clamp(0, 1), quality).to(device)
    frames = torch.cat([jpeg, frames[1:]]).clamp(0, 1)
    inside = (grid.abs() <= 1).all(dim=3)[:, None].float()
    return NextFrame(frames.contiguous(memory_format=torch.channels_last), grid, inside, gain)


def sample(images: Tensor, grid: Tensor) -> Tensor:
    """Sample images, (batch, channels, h, w), at the positions of a grid."""
    return F.grid_sample(images, grid, "bicubic", "border", align_corners=False)


def temporal_loss(before: Tensor, after: Tensor, content: Tensor, moment: NextFrame) -> Tensor:
    """Return the mean squared flicker of each image: output changes that the scene does not have.

    Changes of brightness are allowed: the luminance term of ReCoNet (Gao et al. 2018, section
    3.3.2), for the change alone, without the noise.

    Args:
        before: (batch, 3, h, w), the outputs for ``content``.
        after: the outputs for ``moment.content``.
        content: (batch, 3, h, w).
        moment: the next frames of ``content``.

    Returns:
        (batch,) values.
    """
    luma = (content * content.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    brighter = sample(luma, moment.grid) * (moment.gain - 1)
    change = after - sample(before, moment.grid) - brighter
    return (change * moment.inside).square().mean((1, 2, 3))


def _grid(content: Tensor, generator: torch.Generator) -> Tensor:
    batch, _, height, width = content.shape
    device = generator.device
    still = torch.rand((batch, 1, 1, 1), generator=generator, device=device) < STILL
    pixels = content.new_tensor([2 / width, 2 / height])  # in the grid's unit
    shift = SHIFT * _uniform((batch, 1, 1, 2), generator) * pixels
    coarse = (batch, 2, height // COARSE + 2, width // COARSE + 2)
    waves = WAVE * torch.randn(coarse, generator=generator, device=device)
    flow = F.interpolate(waves, (height, width), mode="bicubic").permute(0, 2, 3, 1) * pixels
    zoom = 1 + ZOOM * _uniform((batch, 1, 1, 1), generator)
    identity = torch.eye(2, 3, device=device).expand(batch, -1, -1)
    rest = F.affine_grid(identity, list(content.shape), False)
    return rest + ~still * (rest * (zoom - 1) + shift + flow)


def _uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Return random values in [-1, 1)."""
    return 2 * torch.rand(shape, generator=generator, device=generator.device) - 1


def _jpeg(image: Tensor, quality: int) -> Tensor:
    _, jpeg = cv2.imencode(".jpg", to_image(image[0]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return to_tensor(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8))
