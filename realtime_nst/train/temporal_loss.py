"""What a camera would see a moment later, made of a still; and the loss for what then flickers.

Compound regularisation (Wang et al. 2020, "Consistent video style transfer via relaxation and
regularization"): a smooth random flow, a shift and noise instead of real video. Here also zoom,
changes of brightness and JPEG artefacts, and a part of the pictures that does not move at all,
since a static camera is where people see flicker first. A network with strides treats a shift by
a stride as nothing new, so shifts are of parts of pixels, too.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.nn.tensors import to_image, to_tensor

STILL = 0.25
"""The part of the pictures that does not move."""
SHIFT, ZOOM, WAVE = 12.0, 0.03, 3.0
"""At most, in pixels; at most, as a factor from 1; the smooth flow's deviation in pixels."""
COARSE = 64
"""Pixels between the points of the smooth flow."""
GAIN, NOISE, QUALITY = 0.04, 4 / 255, (60, 95)
"""Change of brightness and deviation of noise at most; range of JPEG's quality."""
LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue. ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class NextFrame:
    """The next moment of a batch of pictures."""

    content: Tensor
    """(batch, 3, h, w) RGB in [0, 1]: moved, brighter or darker, noisy."""
    grid: Tensor
    """(batch, h, w, 2), where each pixel was before, as ``grid_sample`` takes it."""
    inside: Tensor
    """(batch, 1, h, w), 1 where that was within the picture."""
    gain: Tensor
    """(batch, 1, 1, 1), the factor of brightness."""


def synthesize_next_frame(content: Tensor, generator: torch.Generator) -> NextFrame:
    """A next moment for (batch, 3, h, w) pictures; the same for the same state of the generator.

    The generator is of the pictures' device, where all but the JPEG is made.
    """
    grid = _grid(content, generator)
    batch, where = len(content), generator.device
    gain = 1 + GAIN * _uniform((batch, 1, 1, 1), generator)
    noise = NOISE * torch.rand((batch, 1, 1, 1), generator=generator, device=where)
    seen = sample(content, grid) * gain
    seen = seen + noise * torch.randn(seen.shape, generator=generator, device=where)
    quality = int(torch.randint(*QUALITY, (1,), generator=generator, device=where))
    jpeg = _compressed(seen[:1].clamp(0, 1), quality).to(where)
    seen = torch.cat([jpeg, seen[1:]]).clamp(0, 1)
    inside = (grid.abs() <= 1).all(dim=3)[:, None].float()
    return NextFrame(seen.contiguous(memory_format=torch.channels_last), grid, inside, gain)


def sample(pictures: Tensor, grid: Tensor) -> Tensor:
    """Pictures as seen a moment later."""
    return F.grid_sample(pictures, grid, "bicubic", "border", align_corners=False)


def temporal_loss(before: Tensor, after: Tensor, content: Tensor, moment: NextFrame) -> Tensor:
    """Mean squared flicker of each picture: what changed in the output and did not in the scene.

    A change of brightness may show: the luminance term of ReCoNet (Gao et al. 2018, section 3.3.2),
    of the change alone, without the noise.

    Args:
        before: (batch, 3, h, w), the outputs for ``content``.
        after: the outputs for ``moment.content``.
        content: (batch, 3, h, w).
        moment: the next one after ``content``.
    """
    luma = (content * content.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    brighter = sample(luma, moment.grid) * (moment.gain - 1)
    change = after - sample(before, moment.grid) - brighter
    return (change * moment.inside).square().mean((1, 2, 3))


def _grid(content: Tensor, generator: torch.Generator) -> Tensor:
    batch, _, height, width = content.shape
    where = generator.device
    still = torch.rand((batch, 1, 1, 1), generator=generator, device=where) < STILL
    pixels = content.new_tensor([2 / width, 2 / height])  # of the grid's unit
    shift = SHIFT * _uniform((batch, 1, 1, 2), generator) * pixels
    coarse = (batch, 2, height // COARSE + 2, width // COARSE + 2)
    waves = WAVE * torch.randn(coarse, generator=generator, device=where)
    flow = F.interpolate(waves, (height, width), mode="bicubic").permute(0, 2, 3, 1) * pixels
    zoom = 1 + ZOOM * _uniform((batch, 1, 1, 1), generator)
    whole = torch.eye(2, 3, device=where).expand(batch, -1, -1)
    rest = F.affine_grid(whole, list(content.shape), False)
    return rest + ~still * (rest * (zoom - 1) + shift + flow)


def _uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """In [-1, 1)."""
    return 2 * torch.rand(shape, generator=generator, device=generator.device) - 1


def _compressed(picture: Tensor, quality: int) -> Tensor:
    _, jpeg = cv2.imencode(".jpg", to_image(picture[0]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return to_tensor(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8))
