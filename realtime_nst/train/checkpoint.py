"""A training on disk: recipe, weights and optimizer state in one file, written whole or not."""

import json
import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from realtime_nst.errors import ModelError, SinkError
from realtime_nst.files import replacing
from realtime_nst.train.recipe import Recipe, from_mapping

FORMAT = 1
CHECKPOINT = "checkpoint.pt"
"""Its name in a training's folder."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What ``--resume`` and ``export`` need."""

    recipe: Recipe
    step: int
    """Steps done."""
    weights: dict[str, Tensor]
    optimizer: dict[str, Any]
    losses: dict[str, float]
    """Of the latest steps, by kind, weighted."""


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint as a whole or not at all, so that a crash leaves the old one.

    Raises:
        SinkError: the file cannot be written.
    """
    values = {
        "format": FORMAT,
        "recipe": checkpoint.recipe.to_json(),
        "step": checkpoint.step,
        "weights": checkpoint.weights,
        "optimizer": checkpoint.optimizer,
        "losses": checkpoint.losses,
    }
    try:
        with replacing(path) as temporary:
            torch.save(values, temporary)
    except RuntimeError as error:  # PyTorch's own words for a full disk
        raise SinkError(f"cannot write {path}: {error}", "choose another --out") from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; nothing in it is executed.

    Raises:
        ModelError: there is no such file, or it is not a checkpoint of this program.
    """
    hint = "a checkpoint comes from: realtime-nst train"
    path = path / CHECKPOINT if path.is_dir() else path
    try:
        values = torch.load(path, weights_only=True, map_location="cpu")
        if values["format"] != FORMAT:
            raise ModelError(f"{path} has checkpoint format {values['format']}", hint)
        read = from_mapping(json.loads(values["recipe"]), f"the recipe in {path}")
        recipe = _as_trained(read, values["weights"])
        return Checkpoint(
            recipe, values["step"], values["weights"], values["optimizer"], values["losses"]
        )
    except FileNotFoundError as error:
        raise ModelError(f"no checkpoint at {path}", hint) from error
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is not a checkpoint", hint) from error


def _as_trained(recipe: Recipe, weights: dict[str, Tensor]) -> Recipe:
    """The recipe of weights that may be older than the palette base."""
    based = any(name.startswith("base.") for name in weights)
    return replace(recipe, network=replace(recipe.network, palette_base=based))
