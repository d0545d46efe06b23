"""Distillation: train on images made by the Gatys optimizer, the targets.

``realtime-nst gatys FOLDER STYLE -o TARGETS`` makes them. They replace an objective that is known
only by the gradients of a far larger network by an image to copy (as LITNet does, with the outputs
of a larger network: Shi et al. 2021).
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

HINT = "make targets of the same photos with: realtime-nst gatys PHOTOS STYLE -o TARGETS"


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo and its target in one style."""

    photo: Path
    target: Path
    style: int
    """Index of the style."""


@dataclass(frozen=True, slots=True)
class DistillationBatch:
    """Crops of pairs for one step."""

    content: Tensor
    """(batch, 3, size, size) RGB in [0, 1]."""
    target: Tensor
    """The same crops of the targets."""
    styles: Tensor
    """(batch,), the index of each style."""


@dataclass(frozen=True, slots=True)
class DistillationPairs:
    """Random crops of photos and targets; batches depend on seed and step only."""

    pairs: list[Pair]
    schedule: Schedule

    def batch(self, step: int) -> DistillationBatch:
        """Return the batch of a step, the same on every call.

        Raises:
            SourceError: an image cannot be read.
        """
        rng = np.random.default_rng((self.schedule.seed, step, 2))
        chosen = [
            self.pairs[int(rng.integers(len(self.pairs)))] for _ in range(self.schedule.batch)
        ]
        crops = torch.cat([self._crop(pair, rng) for pair in chosen])
        styles = torch.tensor([pair.style for pair in chosen])
        return DistillationBatch(crops[:, :3], crops[:, 3:], styles)

    def _crop(self, pair: Pair, rng: np.random.Generator) -> Tensor:
        """Return a crop, (1, 6, size, size): the photo's channels, then the target's."""
        target = to_tensor(read_image(pair.target))
        photo = resize(to_tensor(read_image(pair.photo)), *target.shape[2:])
        return random_crop(torch.cat([photo, target], dim=1), self.schedule.size, rng)


def open_pairs(recipe: Recipe, folders: list[Path], content: Path) -> DistillationPairs | None:
    """Return the pairs of every style with a folder of targets; None if no style has one.

    Args:
        recipe: with the names of the folders in its styles' ``targets``.
        folders: searched for folders of targets, in this order.
        content: the folder of photos that the targets were made of.

    Raises:
        SourceError: targets or their photos are missing.
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
    raise SourceError(f"cannot find targets {name} with a {MANIFEST} in {tried}", HINT)


def _read(folder: Path, content: Path, style: int) -> list[Pair]:
    try:
        values: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        entries = [(entry["photo"], entry["target"]) for entry in values["targets"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"cannot read {folder / MANIFEST}: {error}", HINT) from error
    pairs = [Pair(content / photo, folder / target, style) for photo, target in entries]
    present = [pair for pair in pairs if pair.photo.is_file() and pair.target.is_file()]
    if not present:
        raise SourceError(f"none of the photos of {folder} is in {content}", HINT)
    return present
