"""Keep the colours of the content: Gatys et al. 2016, "Preserving Color in Neural Style Transfer".

``luminance`` paints in grey and puts the content's colours back (section 3); ``match`` gives the
style picture the content's colours before anything is painted (section 2).
"""

from dataclasses import replace

import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.objective import Style

WAYS = ("none", "luminance", "match")
LUMINANCE = (0.299, 0.587, 0.114)
"""Rec. 601, the Y of YIQ as in the paper."""
LEAST_VARIANCE = 1e-5
"""Of a colour channel: a grey picture's colours must not be blown up into noise."""


def prepared(content: Tensor, styles: list[Style], how: str) -> tuple[Tensor, list[Style]]:
    """Content and styles as the optimizer should see them.

    Raises:
        TrainError: there is no such way.
    """
    if how not in WAYS:
        raise TrainError(f"cannot keep colours by {how!r}", f"it is {', '.join(WAYS)}")
    if how == "none":
        return content, styles
    if how == "match":
        return content, [replace(s, picture=match_colours(s.picture, content)) for s in styles]
    grey = luminance(content)
    painted = [replace(s, picture=_as_bright(luminance(s.picture), grey)) for s in styles]
    painted = [replace(s, picture=s.picture.expand(-1, 3, -1, -1)) for s in painted]
    return grey.expand(-1, 3, -1, -1), painted


def restored(image: Tensor, content: Tensor, how: str) -> Tensor:
    """The picture people should see: for ``luminance``, what was painted in the content's colours.

    Args:
        image: (1, 3, h, w), what the optimizer made.
        content: (1, 3, h, w), as it was before ``prepared``.
    """
    if how != "luminance":
        return image
    return (content + luminance(image) - luminance(content)).clamp(0, 1)


def luminance(picture: Tensor) -> Tensor:
    """(1, 3, h, w) RGB -> (1, 1, h, w)."""
    weights = picture.new_tensor(LUMINANCE).view(1, 3, 1, 1)
    return (picture * weights).sum(dim=1, keepdim=True)


def match_colours(picture: Tensor, like: Tensor) -> Tensor:
    """The linear change of colours that gives a picture the other's mean and covariance.

    Equation 3 with the symmetric root ("Image Analogies"), which of all such changes moves the
    colours least (Monge), so that red stays reddish.
    """
    mean, covariance = _statistics(picture)
    wanted_mean, wanted = _statistics(like)
    root = _power(covariance, 0.5)
    back = _power(covariance, -0.5)
    change = back @ _power(root @ wanted @ root, 0.5) @ back
    flat = change @ (picture[0].flatten(1).double() - mean) + wanted_mean
    return flat.view_as(picture).to(picture.dtype).clamp(0, 1)


def _as_bright(picture: Tensor, like: Tensor) -> Tensor:
    """Luminance with the other's mean and spread (section 3, last paragraph)."""
    spread = like.std() / picture.std().clamp_min(LEAST_VARIANCE**0.5)
    return ((picture - picture.mean()) * spread + like.mean()).clamp(0, 1)


def _statistics(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (3, 1) and covariance (3, 3) of the colours."""
    flat = picture[0].flatten(1).double()
    return flat.mean(dim=1, keepdim=True), torch.cov(flat) + LEAST_VARIANCE * torch.eye(
        3, dtype=flat.dtype, device=flat.device
    )


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """Of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = vectors @ torch.diag(values.clamp_min(1e-12) ** exponent) @ vectors.T
    return power
