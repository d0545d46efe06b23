"""Smoke test of a recipe: a few steps on noise, which take seconds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from realtime_nst.train.recipe import Recipe, Schedule

SIZE = 64
"""Side of the images in pixels."""
STEPS = 3
"""Number of steps."""


def smoke_recipe(recipe: Recipe) -> Recipe:
    """Return a recipe with the same network and losses, for three steps at 64 px."""
    schedule = replace(
        recipe.schedule, steps=STEPS, batch=2, size=SIZE, copying=min(1, recipe.schedule.copying)
    )
    return replace(recipe, schedule=schedule)


def smoke_paintings(recipe: Recipe) -> list[Tensor]:
    """Return noise in place of each style image."""
    generator = torch.Generator().manual_seed(recipe.schedule.seed)
    return [torch.rand(1, 3, SIZE, SIZE, generator=generator) for _ in recipe.styles]


@dataclass(frozen=True, slots=True)
class SmokeContent:
    """Noise in place of photos."""

    schedule: Schedule

    def batches(self, start: int) -> Iterator[Tensor]:
        """Yield a batch of noise for each step from ``start`` to the last."""
        generator = torch.Generator().manual_seed(self.schedule.seed)
        size = self.schedule.size
        for _ in range(start, self.schedule.steps):
            batch = torch.rand(self.schedule.batch, 3, size, size, generator=generator)
            yield batch.contiguous(memory_format=torch.channels_last)
