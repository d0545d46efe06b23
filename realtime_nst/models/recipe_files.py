"""Recipe files next to a model."""

from pathlib import Path

from realtime_nst.models.precisions import INT8

RECIPE = "recipe.toml"
"""Name of the recipe of a model with its own folder; that of ``MODEL.onnx`` is
``MODEL.recipe.toml``."""


def recipe_beside(model: Path) -> Path:
    """Return the path to write the recipe of an exported model to."""
    return model.with_suffix(f".{RECIPE}")


def recipe_files(model: Path) -> list[Path]:
    """Return the recipes that a model may have been trained with, the most likely first.

    The recipe of ``int8/STYLE.onnx`` is in the parent folder, named after the fp32 model.
    """
    likely = [recipe_beside(model), model.parent / RECIPE]
    if model.parent.name == INT8:
        above = model.parent.parent
        likely += [above / RECIPE, *sorted(above.glob(f"*.{RECIPE}"))]
    return [path for path in likely if path.is_file()]
