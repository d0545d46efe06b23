"""Where the painting of a model's style is."""

import tomllib
from pathlib import Path
from typing import Any

from realtime_nst.errors import ModelError, SourceError
from realtime_nst.evaluate.contestants import Contestant
from realtime_nst.stylize.beside import recipe_files


def painting_of(contestant: Contestant, folder: Path | None) -> Path:
    """Return the image that the recipe beside the model names for the style.

    Args:
        folder: looked in after the recipe's own.

    Raises:
        ModelError: there is no recipe with this style.
        SourceError: the image is in neither folder.
    """
    recipes = recipe_files(contestant.choice.model.path)
    named = [(path, name) for path in recipes for name in _pictures(path, contestant.style)]
    if not named:
        message = f"cannot find the recipe of {contestant.style}: none beside the model names it"
        raise ModelError(message, "give the painting: --style PAINTING")
    tried = [place / name for path, name in named for place in (path.parent, folder) if place]
    found = next((path for path in tried if path.is_file()), None)
    if found is None:
        places = ", ".join(str(path.parent) for path in tried)
        raise SourceError(f"cannot find {named[0][1]} in {places}", "say where: --paintings DIR")
    return found


def _pictures(recipe: Path, style: str) -> list[str]:
    """File names of a style's painting in a recipe: one, or none."""
    try:
        values: dict[str, Any] = tomllib.loads(recipe.read_text(encoding="utf-8"))
        return [each["picture"] for each in values["styles"] if each["name"] == style]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"cannot read {recipe}: {error}", "export the model again") from error
