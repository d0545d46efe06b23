"""A recipe and photos small enough for tests of training."""

from typing import TYPE_CHECKING

import numpy as np

from realtime_nst.frame import Image

if TYPE_CHECKING:
    from realtime_nst.train.recipe import Recipe


RECIPE = """
name = "mine"
[network]
tier = "fast"
width = 6
blocks = 1
[schedule]
steps = {steps}
batch = 2
size = 64
[[styles]]
name = "dots"
picture = "dots.png"
size = 64
[[losses]]
kind = "gram"
layers = ["relu1_2"]
weight = 1e4
"""
"""A recipe.toml of one style, with the number of steps left open."""


def small_recipe(tier: str = "fast", styles: int = 2, upsampling: str = "resize") -> "Recipe":
    """A recipe that takes a second: tiny network, six steps, shallow losses."""
    from realtime_nst.nn.transformer_net import NetworkConfig
    from realtime_nst.train.recipe import LossTerm, Recipe, Schedule, StyleSource

    return Recipe(
        name="small",
        styles=tuple(StyleSource(f"style-{n}", "none.png") for n in range(styles)),
        network=NetworkConfig(tier, width=6, blocks=1, upsampling=upsampling),
        schedule=Schedule(steps=6, batch=2, size=64, copying=2, warmup=2),
        losses=(
            LossTerm("content", 1.0, ("relu2_2",)),
            LossTerm("gram", 1e4, ("relu1_2", "relu2_2")),
            LossTerm("tv", 1.0),
        ),
    )


def photo(seed: int, height: int = 90, width: int = 120) -> Image:
    """Soft colours: a coarse random grid, enlarged."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 10, width // 10, 3), dtype=np.uint8)
    return np.ascontiguousarray(coarse.repeat(10, axis=0).repeat(10, axis=1))
