"""Recipes for images that come without one."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from realtime_nst.errors import ModelError
from realtime_nst.nn.transformer_net import TIERS
from realtime_nst.train.recipe import (
    STROKE_LOSSES,
    Recipe,
    Schedule,
    StyleSource,
    Temporal,
    check_names,
    read_recipe,
)

TONE = 10.0
"""Weight of the tone of networks without a palette base."""
ALWAYS_FROZEN = -200
"""Step at which norms are frozen that were frozen in the network to begin with."""


def recipe_for(styles: Sequence[Path], tier: str) -> tuple[Recipe, Path | None]:
    """Read a recipe, or make one for style images.

    Args:
        styles: a ``recipe.toml``, a folder with one, or style images.
        tier: a key of ``TIERS``, for style images.

    Returns:
        The recipe and the folder it was read from, or None if it was made.

    Raises:
        ModelError: there is no such recipe or tier.
    """
    first = styles[0] / "recipe.toml" if styles[0].is_dir() else styles[0]
    if first.suffix == ".toml":
        return read_recipe(first), first.parent
    if tier not in TIERS:
        raise ModelError(f"there is no tier {tier!r}", f"use one of: {', '.join(TIERS)}")
    sources = tuple(
        StyleSource(_slug(path), str(path.absolute()), title=path.stem, sha256=_sha256(path))
        for path in styles
    )
    return _default_recipe(sources, tier), None


def _default_recipe(sources: tuple[StyleSource, ...], tier: str) -> Recipe:
    """Return a recipe for training from scratch, which takes an hour on two cores."""
    check_names(sources)
    name = "-".join(source.name for source in sources)
    schedule = Schedule(4000, 2, learning_rate=1e-3, copying=300, freezing=1500, one_style=True)
    recipe = Recipe(
        name,
        sources,
        network=TIERS[tier],
        schedule=schedule,
        temporal=Temporal(weight=60, begin=2700),
        losses=STROKE_LOSSES,
    )
    if tier != "johnson":
        return recipe
    return replace(recipe, schedule=replace(schedule, freezing=0), temporal=Temporal(), tone=TONE)


def shortened(recipe: Recipe) -> Recipe:
    """Return a recipe for a warm start, which takes some ten minutes on two cores."""
    schedule = replace(
        recipe.schedule, steps=900, learning_rate=8e-4, copying=0, freezing=ALWAYS_FROZEN
    )
    temporal = replace(recipe.temporal, begin=0, phase=200)
    return replace(recipe, schedule=schedule, temporal=temporal)


def _sha256(path: Path) -> str:
    """Return the hash of a file, empty if it is unreadable, which is reported when it is opened."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _slug(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "style"
