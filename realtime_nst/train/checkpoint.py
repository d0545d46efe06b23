"""A training on disk: recipe, weights and optimizer state in one file, written whole or not."""

import json
import pickle
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from realtime_nst.errors import ModelError, SinkError
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
    """Write beside ``path`` and rename, so that a crash leaves the old file.

    Raises:
        SinkError: the file cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    values = {
        "format": FORMAT,
        "recipe": checkpoint.recipe.to_json(),
        "step": checkpoint.step,
        "weights": checkpoint.weights,
        "optimizer": checkpoint.optimizer,
        "losses": checkpoint.losses,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(values, partial)
        partial.replace(path)
    except (OSError, RuntimeError) as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise SinkError(f"{path} cannot be written: {error}", "choose another --out") from error


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
        recipe = _as_trained(from_mapping(json.loads(values["recipe"])), values["weights"])
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
