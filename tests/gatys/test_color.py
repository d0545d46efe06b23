"""Keeping the content's colours, as Gatys et al. 2016 (Preserving Color) describe it."""

import pytest
import torch

from realtime_nst.errors import TrainError
from realtime_nst.gatys.color import luminance, match_colors, prepared, restored
from realtime_nst.gatys.objective import StyleImage
from tests.helpers.gatys_images import cat, stripes


def test_matched_colours_have_the_contents_mean_and_covariance() -> None:
    """Where nothing is cut off at black or white."""
    picture = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    like = 0.5 + 0.1 * (cat(64) - 0.5)
    matched = match_colors(picture, like)[0].flatten(1)
    wanted = like[0].flatten(1)
    torch.testing.assert_close(matched.mean(1), wanted.mean(1), atol=1e-4, rtol=0)
    torch.testing.assert_close(torch.cov(matched), torch.cov(wanted), atol=3e-5, rtol=0)


def test_colours_that_match_already_stay() -> None:
    picture = cat(64)
    torch.testing.assert_close(match_colors(picture, picture), picture, atol=1e-4, rtol=0)


def test_a_grey_picture_does_not_burst_into_colour() -> None:
    """Its covariance has no inverse; what cannot be known must not be made up."""
    grey = luminance(stripes()).expand(-1, 3, -1, -1)
    matched = match_colors(grey, cat(64))
    assert torch.isfinite(matched).all()
    assert (matched.amax(1) - matched.amin(1)).max() < 0.6


def test_luminance_gives_the_colours_back() -> None:
    content = cat(64)
    aim, (style,) = prepared(content, [StyleImage(stripes())], "luminance")
    assert torch.equal(aim[:, 0], aim[:, 2])
    assert torch.equal(style.picture[:, 0], style.picture[:, 2])
    assert style.picture.mean() == pytest.approx(float(aim.mean()), abs=0.02)
    torch.testing.assert_close(restored(aim, content, "luminance"), content, atol=1e-5, rtol=0)
    dimmed = restored(aim * 0.9, content, "luminance")
    assert luminance(dimmed).mean() < luminance(content).mean()


def test_none_and_match_leave_the_result_alone() -> None:
    content, image = cat(64), stripes()
    for how in ("none", "match"):
        aim, _ = prepared(content, [StyleImage(stripes())], how)
        assert aim is content
        assert restored(image, content, how) is image
    with pytest.raises(TrainError, match="cannot keep colors by 'hue'"):
        prepared(content, [], "hue")
