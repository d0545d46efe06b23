"""Folders that models are searched for in: the user's own first, then those that are shipped."""

import os
from pathlib import Path

VARIABLE = "REALTIME_NST_MODELS"
"""Environment variable with the user's own model folders."""


def model_files() -> list[Path]:
    """Return the file of every model in every folder, the user's own first."""
    return [path for root in model_folders() for path in sorted(root.glob("*/model.onnx"))]


def model_folders() -> list[Path]:
    """Return the folders that models are searched for in."""
    own = [Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    return [*own, *shipped_folders()]


def shipped_folders() -> list[Path]:
    """Return the folders of models shipped with the program."""
    package = Path(__file__).parents[1]
    # Inside an installed package, or next to the package in a checkout.
    return [package / "shipped_models", package.parent / "models"]
