"""Find models by the names of their styles.

A model is a folder with a ``model.onnx``. Folders of models are those named by
``$REALTIME_NST_MODELS`` (separated as in ``$PATH``), then the ones that came with the program.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import ModelError
from realtime_nst.stylize.card import KEY, Card
from realtime_nst.stylize.first_look import ENDINGS, first_look
from realtime_nst.stylize.foreign import refusal
from realtime_nst.stylize.metadata import read_metadata

VARIABLE = "REALTIME_NST_MODELS"
"""The environment variable with the user's own folders of models."""
PREFERRED = "fast"
"""The tier taken where the user names none."""
SHORTEST = 3
"""Letters of a name that are worth looking for in other names."""
HINT = "realtime-nst styles"


@dataclass(frozen=True, slots=True)
class Model:
    """A model file and what its card says."""

    path: Path
    card: Card

    @property
    def styles(self) -> list[str]:
        """The names of its styles, in the order of their weights."""
        return [style.name for style in self.card.styles]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user's ``--style`` comes down to."""

    model: Model
    weights: tuple[float, ...]
    """How much of each of the model's styles; they add up to 1."""
    note: str = ""
    """What people should know of it."""

    def as_input(self) -> NDArray[np.float32]:
        """The weights as a session takes them."""
        return np.array(self.weights, np.float32)


def find_style(name: str, tier: str | None = None) -> Choice:
    """Find the model for a style.

    Args:
        name: ``starry-night``, ``starry-night@quality``, a blend of one model's styles
            ``starry-night:0.6,great-wave:0.4``, a model with one style, ``path/to/model.onnx``, or
            ``path/to/model.onnx:starry-night``, or a picture, of which it makes a first look.
        tier: where several models have the style; None prefers ``fast``.

    Raises:
        ModelError: there is no such style, or no single model has all of the blend.
    """
    match = re.fullmatch(r"(.+\.onnx)(?::(.+))?", name)
    if match:
        model = read_model(Path(match[1]))
        return _of_model(model, match[2])
    if Path(name).suffix.lower() in ENDINGS:
        return _first_look(Path(name), tier)
    blend, _, named_tier = name.partition("@")
    weights = _parse(blend)
    models = list(installed_models())
    fitting = [model for model in models if _has(model, weights)]
    if not fitting:
        raise _with_notes(_unknown(weights, models))
    return _choice(_of_tier(fitting, named_tier or tier, blend), weights)


def _first_look(painting: Path, tier: str | None) -> Choice:
    models = [(model.path, model.card) for model in installed_models()]
    fitting = [each for each in models if each[1].tier == (tier or PREFERRED)]
    path, source = first_look(painting, fitting)
    note = (
        f"a first look at {painting}: its colors, the strokes of {source.style.name}; "
        f"to train its own strokes: realtime-nst train {painting}"
    )
    return Choice(read_model(path), (1.0,), note)


def installed_models() -> Iterator[Model]:
    """Every model in every folder that can be read, the user's own first."""
    for path in model_files():
        with suppress(ModelError):
            yield read_model(path)


def broken_models() -> Iterator[ModelError]:
    """What is wrong with each model that ``installed_models`` passes over."""
    for path in model_files():
        try:
            read_model(path)
        except ModelError as error:
            yield error


def model_files() -> list[Path]:
    """The file of every model in every folder, the user's own first."""
    return [path for root in model_folders() for path in sorted(root.glob("*/model.onnx"))]


def model_folders() -> list[Path]:
    """Where models are looked for."""
    own = [Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    return [*own, *shipped_folders()]


def shipped_folders() -> list[Path]:
    """Where the models lie that came with the program."""
    package = Path(__file__).parents[1]
    # Inside an installed package, or beside the package in a checkout.
    return [package / "models", package.parent / "models"]


def read_model(path: Path) -> Model:
    """Read a model's card without loading its network.

    Raises:
        ModelError: there is no such file, or it is no model of ours.
    """
    if not path.is_file():
        raise ModelError(f"there is no model {path}", HINT)
    try:
        text = read_metadata(path).get(KEY)
    except ModelError as error:
        raise refusal(path) from error
    if text is None:
        raise refusal(path)
    try:
        return Model(path, Card.from_json(text))
    except ModelError as error:
        raise ModelError(f"{path}: {error}", error.hint) from error


def _parse(blend: str) -> dict[str, float]:
    """``a`` or ``a:0.6,b:0.4`` as weights that add up to 1."""
    weights = {}
    for part in blend.split(","):
        style, _, number = part.strip().partition(":")
        try:
            weights[style] = float(number or 1)
        except ValueError:
            raise ModelError(f"{number!r} in {blend!r} is no number", "a:0.6,b:0.4") from None
    total = sum(weights.values())
    if not (total > 0 and all(weight >= 0 for weight in weights.values())):
        raise ModelError(f"the weights in {blend!r} must add up to something", "a:0.6,b:0.4")
    return {style: weight / total for style, weight in weights.items()}


def _has(model: Model, weights: dict[str, float]) -> bool:
    by_model_name = list(weights) == [model.card.name] and len(model.styles) == 1
    return weights.keys() <= set(model.styles) or by_model_name


def _of_tier(models: list[Model], tier: str | None, blend: str) -> Model:
    wanted = [model for model in models if model.card.tier == (tier or PREFERRED)]
    if tier and not wanted:
        tiers = ", ".join(sorted({model.card.tier for model in models}))
        raise ModelError(f"there is no {tier} model of {blend}, only {tiers}", HINT)
    return (wanted or models)[0]


def _choice(model: Model, weights: dict[str, float]) -> Choice:
    if len(model.styles) == 1:
        return Choice(model, (1.0,))
    return Choice(model, tuple(weights.get(style, 0.0) for style in model.styles))


def _of_model(model: Model, blend: str | None) -> Choice:
    if blend is None and len(model.styles) > 1:
        styles = ", ".join(model.styles)
        message = f"{model.path} has several styles: {styles}"
        raise ModelError(message, f"--style {model.path}:{model.styles[0]}")
    weights = _parse(blend or model.styles[0])
    if not _has(model, weights):
        raise _unknown(weights, [model])
    return _choice(model, weights)


def _unknown(weights: dict[str, float], models: list[Model]) -> ModelError:
    known = sorted({style for model in models for style in model.styles})
    missing = [style for style in weights if style not in known]
    if not missing:
        return ModelError(f"no single model has all of {', '.join(weights)}", HINT)
    close = _alike(missing[0], known)
    guess = f"; did you mean {' or '.join(close)}?" if close else ""
    return ModelError(f"there is no style {missing[0]!r}{guess}", HINT)


def _with_notes(error: ModelError) -> ModelError:
    """One that also names the models that were passed over: what is missing may be in them."""
    for broken in broken_models():
        error.add_note(f"skipped: {broken}")
    return error


def _alike(name: str, known: list[str]) -> list[str]:
    """Names that have this one in them, ``great-wave`` for ``wave``, or are spelt much like it."""
    holding = [each for each in known if len(name) >= SHORTEST and name.lower() in each]
    return list(dict.fromkeys([*holding, *get_close_matches(name.lower(), known)]))[:3]
