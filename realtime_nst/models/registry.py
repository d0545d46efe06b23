"""Find models by the names of their styles.

A model is a folder with a ``model.onnx``. Models are searched for in the folders listed in
``$REALTIME_NST_MODELS`` (separated as in ``$PATH``), then in those shipped with the program.
"""

import logging
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import ModelError
from realtime_nst.models.card import KEY, Card
from realtime_nst.models.default_style import DEFAULT_STYLE as DEFAULT_STYLE
from realtime_nst.models.diagnose import explain_foreign_model
from realtime_nst.models.first_look import ENDINGS, first_look
from realtime_nst.models.folders import VARIABLE as VARIABLE
from realtime_nst.models.folders import model_files as model_files
from realtime_nst.models.folders import model_folders as model_folders
from realtime_nst.models.folders import shipped_folders as shipped_folders
from realtime_nst.models.metadata import read_metadata
from realtime_nst.models.style_names import known_name, normalize

LOG = logging.getLogger(__name__)
PREFERRED = "fast"
"""Tier used if none is given."""
TRAINABLE = ("nano", "fast", "quality", "johnson")
"""Tiers that ``train`` supports; not all of them are shipped."""
MIN_SUBSTRING = 3
"""Minimum number of characters of a name to suggest longer names that contain it."""
HINT = "realtime-nst styles"


@dataclass(frozen=True, slots=True)
class Model:
    """A model file and its card."""

    path: Path
    card: Card

    @property
    def styles(self) -> list[str]:
        """Names of the styles, in the order of their weights."""
        return [style.name for style in self.card.styles]


@dataclass(frozen=True, slots=True)
class StyleChoice:
    """Model and style weights selected by ``--style``."""

    model: Model
    weights: tuple[float, ...]
    """Weight of each of the model's styles; they add up to 1."""
    strength: float = 1.0
    """Share of the stylized image in the result; the rest is the original image."""
    note: str = ""
    """Human-readable note on the style, e.g. that it is a first look."""

    def weight_array(self) -> NDArray[np.float32]:
        """Return the weights as a float32 array (styles,) for ``Session.run``."""
        return np.array(self.weights, np.float32)


def find_style(name: str, tier: str | None = None) -> StyleChoice:
    """Find the model for a style.

    Args:
        name: a style ``starry-night``, a style of a tier ``starry-night@quality``, a blend of one
            model's styles ``starry-night:0.6,great-wave:0.4``, the name of a model with one style,
            a file ``path/to/model.onnx`` or ``path/to/model.onnx:starry-night``, or an image file,
            of which a first look is created. The weight of a single style, as in
            ``starry-night:0.5``, is its strength. Case does not matter, and spaces and underscores
            stand for hyphens: ``Starry Night``.
        tier: tier to use if several models have the style; None prefers ``fast``.

    Raises:
        ModelError: there is no such style, or no single model has all styles of the blend.

    Example:
        >>> choice = find_style("starry-night")
        >>> choice.model.path.name
        'model.onnx'
    """
    match = re.fullmatch(r"(.+\.onnx)(?::(.+))?", name)
    if match:
        model = read_model(Path(match[1]))
        return _of_model(model, match[2])
    if Path(name).suffix.lower() in ENDINGS:
        return _first_look(Path(name), tier)
    blend, _, named_tier = name.partition("@")
    models = list(installed_models())
    weights = _known(_parse(blend), models)
    fitting = [model for model in models if _has(model, weights)]
    if not fitting:
        raise _with_notes(_unknown(weights, models))
    choice = _choice(_of_tier(fitting, named_tier or tier, blend), weights)
    LOG.info("style %s: %s", name, choice.model.path)
    return replace(choice, strength=_strength(blend))


def _first_look(painting: Path, tier: str | None) -> StyleChoice:
    models = [(model.path, model.card) for model in installed_models()]
    fitting = [each for each in models if each[1].tier == (tier or PREFERRED)]
    path, source = first_look(painting, fitting)
    note = (
        f"a first look at {painting}: its colors, the strokes of {source.style.name}; "
        f"to train its own strokes: realtime-nst train {painting}"
    )
    return StyleChoice(read_model(path), (1.0,), note=note)


def installed_models() -> Iterator[Model]:
    """Yield every readable model in every folder, the user's own first."""
    for path in model_files():
        with suppress(ModelError):
            yield read_model(path)


def broken_models() -> Iterator[ModelError]:
    """Yield the error of each model that ``installed_models`` skips."""
    for path in model_files():
        try:
            read_model(path)
        except ModelError as error:
            yield error


def read_model(path: Path) -> Model:
    """Read a model's card without loading its network.

    Raises:
        ModelError: the file does not exist, or is not a valid model.
    """
    if not path.is_file():
        raise ModelError(f"there is no model {path}", HINT)
    try:
        text = read_metadata(path).get(KEY)
    except ModelError as error:
        raise explain_foreign_model(path) from error
    if text is None:
        raise explain_foreign_model(path)
    try:
        return Model(path, Card.from_json(text))
    except ModelError as error:
        raise ModelError(f"{path}: {error}", error.hint) from error


def _parse(blend: str) -> dict[str, float]:
    """Parse ``a`` or ``a:0.6,b:0.4`` into weights that add up to 1."""
    weights = {}
    for part in blend.split(","):
        style, _, number = part.strip().partition(":")
        try:
            weights[style] = float(number or 1)
        except ValueError:
            message = f"cannot blend {blend!r}: {number!r} is not a number"
            raise ModelError(message, "give weights as numbers, e.g. a:0.6,b:0.4") from None
        if not 0 <= weights[style] < math.inf:
            message = f"cannot blend {blend!r}: the weight {number} is not 0 or more"
            raise ModelError(message, "give weights of 0 or more, e.g. a:0.6,b:0.4")
    total = sum(weights.values())
    if not total:
        message = f"cannot blend {blend!r}: all style weights are zero"
        raise ModelError(message, "give at least one style a weight above 0")
    return {style: weight / total for style, weight in weights.items()}


def _known(weights: dict[str, float], models: list[Model]) -> dict[str, float]:
    """Return weights by the exact names of styles, or of models with one style."""
    known = [name for model in models for name in (*model.styles, model.card.name)]
    return {known_name(style, known): weight for style, weight in weights.items()}


def _strength(blend: str) -> float:
    """Return the strength of a single style; that of a blend is 1."""
    _, _, number = blend.partition(":")
    return 1.0 if "," in blend else min(1.0, float(number or 1))


def _has(model: Model, weights: dict[str, float]) -> bool:
    by_model_name = list(weights) == [model.card.name] and len(model.styles) == 1
    return weights.keys() <= set(model.styles) or by_model_name


def _of_tier(models: list[Model], tier: str | None, blend: str) -> Model:
    wanted = [model for model in models if model.card.tier == (tier or PREFERRED)]
    if tier and not wanted:
        raise no_tier(tier, f"{tier} model of {blend}", models)
    return (wanted or models)[0]


def no_tier(tier: str, wanted: str, models: list[Model]) -> ModelError:
    """Return the error for a tier that no model has, which names the available tiers."""
    tiers = sorted({model.card.tier for model in models})
    hint = f"--tier {tiers[0]}" if tiers else HINT
    if tier in TRAINABLE:
        hint += f", or train one: `realtime-nst train IMAGE --tier {tier}`"
    return ModelError(f"there is no {wanted}, only {', '.join(tiers) or 'none'}", hint)


def _choice(model: Model, weights: dict[str, float]) -> StyleChoice:
    if len(model.styles) == 1:
        return StyleChoice(model, (1.0,))
    return StyleChoice(model, tuple(weights.get(style, 0.0) for style in model.styles))


def _of_model(model: Model, blend: str | None) -> StyleChoice:
    if blend is None and len(model.styles) > 1:
        styles = ", ".join(model.styles)
        message = f"{model.path} has several styles: {styles}"
        raise ModelError(message, f"--style {model.path}:{model.styles[0]}")
    weights = _known(_parse(blend or model.styles[0]), [model])
    if not _has(model, weights):
        raise _unknown(weights, [model])
    return replace(_choice(model, weights), strength=_strength(blend or ""))


def _unknown(weights: dict[str, float], models: list[Model]) -> ModelError:
    known = sorted({style for model in models for style in model.styles})
    missing = [style for style in weights if style not in known]
    if not missing:
        return ModelError(f"no single model has all of {', '.join(weights)}", HINT)
    close = _similar(missing[0], known)
    guess = f"; did you mean {' or '.join(close)}?" if close else ""
    return ModelError(f"there is no style {missing[0]!r}{guess}", HINT)


def _with_notes(error: ModelError) -> ModelError:
    """Add the models that were skipped to an error: the missing style may be one of theirs."""
    for broken in broken_models():
        error.add_note(f"skipped: {broken}")
    return error


def _similar(name: str, known: list[str]) -> list[str]:
    """Return names that contain a name (``great-wave`` for ``wave``) or are spelled similarly."""
    plain = normalize(name)
    longer = [each for each in known if len(plain) >= MIN_SUBSTRING and plain in each]
    return list(dict.fromkeys([*longer, *get_close_matches(plain, known)]))[:3]
