"""Keep the colors of the content: Gatys et al. 2016, "Preserving Color in Neural Style Transfer".

``luminance`` optimizes in gray and restores the content's colors (section 3); ``match`` gives the
style image the content's colors before the optimization (section 2).
"""

from dataclasses import replace

import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.objective import StyleImage

WAYS = ("none", "luminance", "match")
LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of R, G and B: Rec. 601, the Y of YIQ as in the paper."""
LEAST_VARIANCE = 1e-5
"""Minimum variance of a color channel: the colors of a gray image must not be amplified to noise.
"""


def prepared(
    content: Tensor, styles: list[StyleImage], how: str
) -> tuple[Tensor, list[StyleImage]]:
    """Return content and styles as the optimizer needs them.

    Args:
        content: (1, 3, h, w) RGB in [0, 1].
        styles: the style images.
        how: one of ``WAYS``.

    Raises:
        TrainError: there is no such way.
    """
    if how not in WAYS:
        raise TrainError(f"cannot keep colors by {how!r}", f"use one of: {', '.join(WAYS)}")
    if how == "none":
        return content, styles
    if how == "match":
        return content, [replace(s, picture=match_colors(s.picture, content)) for s in styles]
    gray = luminance(content)
    matched = [replace(s, picture=_match_brightness(luminance(s.picture), gray)) for s in styles]
    matched = [replace(s, picture=s.picture.expand(-1, 3, -1, -1)) for s in matched]
    return gray.expand(-1, 3, -1, -1), matched


def restored(image: Tensor, content: Tensor, how: str) -> Tensor:
    """Return the final image: for ``luminance``, the result in the content's colors.

    Args:
        image: (1, 3, h, w), the optimizer's result.
        content: (1, 3, h, w), as it was before ``prepared``.
        how: one of ``WAYS``.
    """
    if how != "luminance":
        return image
    return (content + luminance(image) - luminance(content)).clamp(0, 1)


def luminance(image: Tensor) -> Tensor:
    """Convert (1, 3, h, w) RGB to luminance, (1, 1, h, w)."""
    weights = image.new_tensor(LUMINANCE).view(1, 3, 1, 1)
    return (image * weights).sum(dim=1, keepdim=True)


def match_colors(image: Tensor, like: Tensor) -> Tensor:
    """Transform an image's colors linearly to the mean and covariance of another's.

    Equation 3 with the symmetric root ("Image Analogies"): of all such transforms it moves the
    colors least (Monge), so that red stays reddish.

    Args:
        image: (1, 3, h, w) RGB in [0, 1].
        like: the image to match, of any size.
    """
    mean, covariance = _statistics(image)
    wanted_mean, wanted = _statistics(like)
    root = _power(covariance, 0.5)
    back = _power(covariance, -0.5)
    change = back @ _power(root @ wanted @ root, 0.5) @ back
    flat = change @ (image[0].flatten(1).double() - mean) + wanted_mean
    return flat.view_as(image).to(image.dtype).clamp(0, 1)


def _match_brightness(image: Tensor, like: Tensor) -> Tensor:
    """Give a luminance image the other's mean and deviation (section 3, last paragraph)."""
    spread = like.std() / image.std().clamp_min(LEAST_VARIANCE**0.5)
    return ((image - image.mean()) * spread + like.mean()).clamp(0, 1)


def _statistics(image: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean, (3, 1), and covariance, (3, 3), of the colors."""
    flat = image[0].flatten(1).double()
    return flat.mean(dim=1, keepdim=True), torch.cov(flat) + LEAST_VARIANCE * torch.eye(
        3, dtype=flat.dtype, device=flat.device
    )


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """Raise a symmetric positive matrix to a power."""
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = vectors @ torch.diag(values.clamp_min(1e-12) ** exponent) @ vectors.T
    return power
