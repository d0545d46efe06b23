"""Find the style image of a model's style."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realtime_nst.errors import ModelError, SourceError
from realtime_nst.evaluate.selection import StyleUnderTest
from realtime_nst.models.recipe_files import recipe_files


@dataclass(frozen=True, slots=True)
class Painting:
    """An image to compare with."""

    path: Path
    size: int | None = None
    """Its shorter side in pixels when strokes are as large as those of a model's recipe."""


def painting_of(contestant: StyleUnderTest, folder: Path | None) -> Painting:
    """Return the style image that is named in the recipe next to the model.

    Args:
        contestant: the style.
        folder: searched after the recipe's own.

    Raises:
        ModelError: there is no recipe with this style.
        SourceError: the image is in neither folder.
    """
    recipes = recipe_files(contestant.choice.model.path)
    named = [(path, source) for path in recipes for source in _sources(path, contestant.style)]
    if not named:
        message = f"cannot find the recipe of {contestant.style}: none beside the model names it"
        raise ModelError(message, "give the style image: --style PAINTING")
    tried = [
        Painting(place / source["picture"], source.get("size"))
        for path, source in named
        for place in (path.parent, folder)
        if place
    ]
    found = next((each for each in tried if each.path.is_file()), None)
    if found is None:
        places = ", ".join(str(each.path.parent) for each in tried)
        message = f"cannot find {named[0][1]['picture']} in {places}"
        raise SourceError(message, "give the folder of style images: --paintings DIR")
    return found


def _sources(recipe: Path, style: str) -> list[dict[str, Any]]:
    """Return what a recipe says of a style's image: one table, or none."""
    try:
        values: dict[str, Any] = tomllib.loads(recipe.read_text(encoding="utf-8"))
        return [each for each in values["styles"] if each["name"] == style and each["picture"]]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"cannot read {recipe}: {error}", "export the model again") from error
