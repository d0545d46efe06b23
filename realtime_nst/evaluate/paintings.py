"""Find the style image of a model's style."""

import tomllib
from pathlib import Path
from typing import Any

from realtime_nst.errors import ModelError, SourceError
from realtime_nst.evaluate.selection import StyleUnderTest
from realtime_nst.models.recipe_files import recipe_files


def painting_of(contestant: StyleUnderTest, folder: Path | None) -> Path:
    """Return the style image that is named in the recipe next to the model.

    Args:
        contestant: the style.
        folder: searched after the recipe's own.

    Raises:
        ModelError: there is no recipe with this style.
        SourceError: the image is in neither folder.
    """
    recipes = recipe_files(contestant.choice.model.path)
    named = [(path, name) for path in recipes for name in _pictures(path, contestant.style)]
    if not named:
        message = f"cannot find the recipe of {contestant.style}: none beside the model names it"
        raise ModelError(message, "give the style image: --style PAINTING")
    tried = [place / name for path, name in named for place in (path.parent, folder) if place]
    found = next((path for path in tried if path.is_file()), None)
    if found is None:
        places = ", ".join(str(path.parent) for path in tried)
        message = f"cannot find {named[0][1]} in {places}"
        raise SourceError(message, "give the folder of style images: --paintings DIR")
    return found


def _pictures(recipe: Path, style: str) -> list[str]:
    """Return the file names of a style's image in a recipe: one, or none."""
    try:
        values: dict[str, Any] = tomllib.loads(recipe.read_text(encoding="utf-8"))
        return [each["picture"] for each in values["styles"] if each["name"] == style]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"cannot read {recipe}: {error}", "export the model again") from error
