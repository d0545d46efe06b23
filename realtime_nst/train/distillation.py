"""Learn from what the optimizer painted: photos and, for each, the picture to arrive at.

``realtime-nst gatys FOLDER STYLE -o TARGETS`` makes them. To a network they turn an objective that
only gradients of a far larger network can explain into a picture to copy (as LITNet does, from a
larger network's pictures: Shi et al. 2021).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from realtime_nst.errors import SourceError
from realtime_nst.gatys.batch import MANIFEST
from realtime_nst.image_io.read import read_image
from realtime_nst.nn.tensors import resize, to_tensor
from realtime_nst.train.dataset import random_crop
from realtime_nst.train.recipe import Recipe, Schedule

HINT = "make targets of the same photos: realtime-nst gatys PHOTOS STYLE -o TARGETS"


@dataclass(frozen=True, slots=True)
class Pair:
    """One photo and what it is to become in one style."""

    photo: Path
    target: Path
    style: int


@dataclass(frozen=True, slots=True)
class DistillationBatch:
    """What one step learns from pairs."""

    content: Tensor
    """(batch, 3, size, size) RGB in [0, 1]."""
    target: Tensor
    """The same places of the pictures to arrive at."""
    styles: Tensor
    """(batch,) the number of each one's style."""


@dataclass(frozen=True, slots=True)
class DistillationPairs:
    """Random crops of photos and targets; every lesson is a pure function of seed and step."""

    pairs: list[Pair]
    schedule: Schedule

    def lesson(self, step: int) -> DistillationBatch:
        """The one of a step.

        Raises:
            SourceError: a picture cannot be read.
        """
        rng = np.random.default_rng((self.schedule.seed, step, 2))
        chosen = [
            self.pairs[int(rng.integers(len(self.pairs)))] for _ in range(self.schedule.batch)
        ]
        crops = torch.cat([self._crop(pair, rng) for pair in chosen])
        styles = torch.tensor([pair.style for pair in chosen])
        return DistillationBatch(crops[:, :3], crops[:, 3:], styles)

    def _crop(self, pair: Pair, rng: np.random.Generator) -> Tensor:
        """(1, 6, size, size): the photo's channels, then the target's."""
        target = to_tensor(read_image(pair.target))
        photo = resize(to_tensor(read_image(pair.photo)), *target.shape[2:])
        return random_crop(torch.cat([photo, target], dim=1), self.schedule.size, rng)


def open_pairs(recipe: Recipe, folders: list[Path], content: Path) -> DistillationPairs | None:
    """The pairs of every style whose recipe names a folder of targets; None if none does.

    Args:
        recipe: its styles' ``targets`` are looked for in ``folders``.
        folders: where paintings lie, too.
        content: the folder of photos that the targets were made of.

    Raises:
        SourceError: targets or their photos are not there.
    """
    pairs = [
        pair
        for number, style in enumerate(recipe.styles)
        if style.targets
        for pair in _read(_find(style.targets, folders), content, number)
    ]
    return DistillationPairs(pairs, recipe.schedule) if pairs else None


def _find(name: str, folders: list[Path]) -> Path:
    for folder in folders:
        if (folder / name / MANIFEST).is_file():
            return folder / name
    tried = ", ".join(str(folder) for folder in folders)
    raise SourceError(f"no targets {name} with a {MANIFEST} in: {tried}", HINT)


def _read(folder: Path, content: Path, style: int) -> list[Pair]:
    try:
        values: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        entries = [(entry["photo"], entry["target"]) for entry in values["targets"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{folder / MANIFEST} cannot be read: {error}", HINT) from error
    pairs = [Pair(content / photo, folder / target, style) for photo, target in entries]
    there = [pair for pair in pairs if pair.photo.is_file() and pair.target.is_file()]
    if not there:
        raise SourceError(f"none of the photos of {folder} is in {content}", HINT)
    return there
