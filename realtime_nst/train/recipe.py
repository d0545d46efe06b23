"""Training recipes: all settings of a training, as a TOML file that ships with the model.

The same recipe, images and machine give the same network; its SHA-256 is stored in the model's
card.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from realtime_nst.errors import ModelError
from realtime_nst.field_checks import (
    Allowed,
    Count,
    Factor,
    Name,
    OneOrMore,
    Pixels,
    Rate,
    Seed,
    Whole,
    fill,
    fill_rows,
    one_of,
)
from realtime_nst.nn.losses import LOSSES, Loss
from realtime_nst.nn.transformer_net import TIERS, NetworkConfig
from realtime_nst.nn.vgg import CONVOLUTIONS

LAYERS = {
    f"{kind}{stage}_{number}"
    for stage, count in enumerate(CONVOLUTIONS["vgg16"], 1)
    for number in range(1, count + 1)
    for kind in ("conv", "relu")
} | {f"pool{stage}" for stage in range(1, 6)}
"""Layers that a loss can use."""

LATER = {"later": True}
"""Metadata of fields that were added later: at their default they do not change the hash of a
recipe."""


@dataclass(frozen=True, slots=True)
class StyleSource:
    """A style image, with the facts that identify it."""

    name: Name
    picture: Annotated[str, Allowed("a file name", bool)]
    """File name; searched for next to the recipe and in the folder of style images."""
    title: str = ""
    artist: str = ""
    year: str = ""
    sha256: str = ""
    """SHA-256 of the image file; checked if given."""
    size: Pixels = 512
    """Short side in pixels that the image is scaled to; larger images give larger strokes."""
    weight: Factor = 1.0
    """Factor on the weight of the style losses."""
    steadiness: Factor = 1.0
    """Factor on the weight of the temporal loss: styles of low contrast flicker most."""
    strokes: Factor = field(default=1.0, metadata=LATER)
    """Factor on the strokes over the palette base; lower it where they leave halos."""
    turns: Whole = 1
    """Number of images in this style per round of all styles; with 0 its own parameters stay as
    they are: see ``shared_rate``."""
    targets: str = ""
    """Folder of images by the Gatys optimizer, searched for where the style image is; see
    ``distillation``."""


@dataclass(frozen=True, slots=True)
class LossTerm:
    """One term of the objective."""

    kind: Annotated[str, one_of(*LOSSES)]
    """A key of ``losses.LOSSES``."""
    weight: Factor
    layers: Annotated[
        tuple[str, ...], Allowed("a list of layers of VGG-16", LAYERS.issuperset)
    ] = ()

    def build(self) -> Loss:
        """Return the loss."""
        return LOSSES[self.kind](self.layers, self.weight)


STROKE_LOSSES = (
    # Chosen by measurement: docs/decisions/009-pooled-losses.md.
    LossTerm("wasserstein", 2.0, ("relu1_1",)),
    LossTerm("wasserstein", 4.0, ("relu2_1", "relu3_1")),
    LossTerm("moments", 0.5, ("relu4_1",)),
    LossTerm("nearest_neighbors", 2.0, ("relu3_1", "relu4_1")),
    LossTerm("normalized_content", 0.15, ("relu3_1",)),
    LossTerm("self_similarity", 0.5, ("relu3_1",)),
    LossTerm("range", 2.0),
)
"""The objective of strokes over a palette base; all images of a step must be of one style."""

JOHNSON_LOSSES = (
    # With these weights all layers start at about the same loss.
    LossTerm("content", 1.5, ("relu2_2",)),
    LossTerm("gram", 1e4, ("relu1_2",)),
    LossTerm("gram", 6e4, ("relu2_2",)),
    LossTerm("gram", 2e5, ("relu3_3",)),
    LossTerm("gram", 5e8, ("relu4_3",)),
    LossTerm("tv", 50.0),
)
"""The objective of Johnson et al. 2016, which the Gatys optimizer supports, too."""


@dataclass(frozen=True, slots=True)
class Temporal:
    """The loss against flicker; see ``temporal_loss``."""

    weight: Factor = 0.0
    begin: Whole = 0
    """The step that it starts at; from there each step needs a second pass of the network."""
    phase: Whole = 200
    """Number of steps until it has its full weight."""

    def weight_at(self, step: int) -> float:
        """Return the weight at a step."""
        return self.weight * min(1.0, max(0.0, (step - self.begin) / max(1, self.phase)))


@dataclass(frozen=True, slots=True)
class Schedule:
    """Length and rates of a training."""

    steps: Count = 1500
    batch: Count = 4
    size: Pixels = 256
    """Side of the square crops, in pixels."""
    learning_rate: Rate = 2e-3
    """Adam's learning rate, reached after ``warmup`` steps, then lowered to zero along a cosine."""
    warmup: Whole = 50
    copying: Whole = 0
    """Number of first steps in which the network learns to copy its input: far cheaper than steps
    with losses on features, which then start from an image."""
    freezing: int = 0
    """The step from which running statistics replace those of each image in the norms, in stages
    of 50 steps; 0 for never, -200 for all of it before the first step. A frozen network is exported
    as plain convolutions."""
    style_rate: Factor = 5.0
    """Factor on the learning rate of parameters that belong to one style."""
    shared_rate: Factor = 1.0
    """Factor on the learning rate of shared parameters; 0 trains single styles without changing the
    others."""
    seed: Seed = 1
    one_style: bool = field(default=False, metadata=LATER)
    """Use one style per step, in turn: losses that pool the statistics of a style then cover all
    images of a step."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training: network, styles, objective and schedule."""

    name: Name
    styles: tuple[StyleSource, ...]
    licence: str = "Apache-2.0"
    training_data: str = "not stated"
    network: NetworkConfig = TIERS["fast"]
    schedule: Schedule = Schedule()
    temporal: Temporal = Temporal()
    distillation: Factor = 0.0
    """Weight of the mean squared difference from the styles' ``targets``."""
    losses: tuple[LossTerm, ...] = JOHNSON_LOSSES
    tone: Factor = field(default=0.0, metadata=LATER)
    """Weight of the difference between the output's low band and the palette map of the photo, for
    networks without a palette base; such a network copies the map in its ``copying`` steps."""
    faces: OneOrMore = field(default=1.0, metadata=LATER)
    """Factor on the content losses inside faces, and its inverse on the statistics of style there,
    for all losses but sliced_wasserstein; 1 looks for no faces."""

    def sha256(self) -> str:
        """Return the SHA-256 of the values; comments and order in the file do not matter."""
        canonical = json.dumps(_hashed(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> str:
        """Return JSON, as stored in checkpoints."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def to_toml(self) -> str:
        """Return TOML, as stored next to a model; reading it gives the same recipe and hash."""
        values = asdict(self)
        tables = {name: values.pop(name) for name in ("network", "schedule", "temporal")}
        rows = {name: values.pop(name) for name in ("styles", "losses")}
        parts = [_lines(values), *(f"[{name}]\n{_lines(each)}" for name, each in tables.items())]
        parts += [f"[[{name}]]\n{_lines(row)}" for name, every in rows.items() for row in every]
        return "\n".join(parts)


def _hashed(value: Any) -> Any:
    """Return values as ``asdict`` does, without ``LATER`` fields that are at their default."""
    if isinstance(value, tuple):
        return [_hashed(each) for each in value]
    if not is_dataclass(value):
        return value
    found = {each.name: (getattr(value, each.name), each) for each in fields(value)}
    return {
        name: _hashed(own)
        for name, (own, each) in found.items()
        if not (each.metadata == LATER and own == each.default)
    }


def _lines(values: Mapping[str, Any]) -> str:
    """Format plain values, which TOML and JSON write alike."""
    return "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in values.items())


def read_recipe(path: Path) -> Recipe:
    """Read a ``recipe.toml``.

    Raises:
        ModelError: there is no such file, or it is not a recipe.
    """
    try:
        return from_mapping(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except OSError as error:
        message = f"there is no recipe at {path}"
        raise ModelError(message, "give a recipe.toml or an image") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(
            f"cannot use {path}: it is not TOML: {error}", "correct that line"
        ) from error


def rescheduled(recipe: Recipe, **changes: int | None) -> Recipe:
    """Return the recipe with fields of its schedule replaced; None keeps a field."""
    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    return replace(recipe, schedule=replace(recipe.schedule, **given))


def from_mapping(values: Mapping[str, Any], origin: str = "the recipe") -> Recipe:
    """Build a recipe from the values of a TOML or JSON file.

    Args:
        values: tables, lists of tables and plain values.
        origin: where they come from, for error messages.

    Raises:
        ModelError: a value is missing, unknown or of the wrong type or range.
    """
    try:
        tables: dict[str, Any] = {
            name: fill(kind, values.get(name, {}), f"[{name}]") for name, kind in TABLES
        }
        rows: dict[str, Any] = {
            name: fill_rows(kind, values[name], name) for name, kind in ROWS if name in values
        }
        recipe = fill(Recipe, {**values, **tables, **rows}, "the recipe")
        _check_consistency(recipe)
    except ModelError as error:
        raise ModelError(f"cannot use {origin}: {error}", error.hint) from error
    return recipe


TABLES: tuple[tuple[str, type], ...] = (
    ("network", NetworkConfig),
    ("schedule", Schedule),
    ("temporal", Temporal),
)
ROWS: tuple[tuple[str, type], ...] = (("styles", StyleSource), ("losses", LossTerm))


def _check_consistency(recipe: Recipe) -> None:
    """Raise a ModelError for values that contradict each other."""
    check_names(recipe.styles)
    if not any(style.turns > 0 for style in recipe.styles):
        raise ModelError("all styles have 0 turns", "leave out `turns` of at least one style")
    for term in recipe.losses:
        if LOSSES[term.kind].of != "nothing" and not term.layers:
            message = f"the {term.kind} loss has no layers"
            raise ModelError(message, 'add layers = ["relu2_2"]')


def check_names(styles: Sequence[StyleSource]) -> None:
    """Raise a ModelError for two styles of one name."""
    names = [style.name for style in styles]
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"two styles have the name {name}", "rename one of them")
