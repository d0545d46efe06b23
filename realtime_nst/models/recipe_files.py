"""What lies beside a model."""

from pathlib import Path

from realtime_nst.models.precisions import INT8

RECIPE = "recipe.toml"
"""Of the model in a folder of its own; ``MODEL.recipe.toml`` is that of ``MODEL.onnx``."""


def recipe_beside(model: Path) -> Path:
    """Where the recipe of an exported model is written."""
    return model.with_suffix(f".{RECIPE}")


def recipe_files(model: Path) -> list[Path]:
    """The recipes that a model may have been trained by, the likeliest first.

    That of ``int8/STYLE.onnx`` lies in the folder above, named after the model it belongs to.
    """
    likely = [recipe_beside(model), model.parent / RECIPE]
    if model.parent.name == INT8:
        above = model.parent.parent
        likely += [above / RECIPE, *sorted(above.glob(f"*.{RECIPE}"))]
    return [path for path in likely if path.is_file()]
