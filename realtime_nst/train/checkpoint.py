"""Training checkpoints: recipe, weights and optimizer state in one file, written atomically."""

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
"""Version of the checkpoint format."""
CHECKPOINT = "checkpoint.pt"
"""File name in the folder of a training."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State of a training, for resuming and for export."""

    recipe: Recipe
    step: int
    """Number of steps done."""
    weights: dict[str, Tensor]
    """State dict of the network."""
    optimizer: dict[str, Any]
    """State dict of the optimizer."""
    losses: dict[str, float]
    """Running means of the weighted losses, by kind."""


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint atomically, so that a crash keeps the old one.

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
    except RuntimeError as error:  # raised by PyTorch if the disk is full
        raise SinkError(f"cannot write {path}: {error}", "choose another --out") from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; no code in it is executed.

    Args:
        path: a checkpoint, or the folder of a training.

    Raises:
        ModelError: there is no such file, or it is not a checkpoint of this program.
    """
    hint = "give the folder of a training by realtime-nst train"
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
    """Return the recipe of weights that may be older than the palette base."""
    based = any(name.startswith("base.") for name in weights)
    return replace(recipe, network=replace(recipe.network, palette_base=based))
