"""A recipe: everything a training needs but the pictures, as a TOML file that ships with the model.

The same recipe, photos and machine give the same network; its SHA-256 goes into the model's card.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from realtime_nst.errors import ModelError
from realtime_nst.train.losses import LOSSES, Loss
from realtime_nst.train.transformer_net import NETWORKS, Network

LATER = {"later": True}
"""Metadata of fields that recipes did not have at first: at their default they leave the hash of
a recipe as it was."""


@dataclass(frozen=True, slots=True)
class StyleSource:
    """A painting to learn from, named so that anyone can find it again."""

    name: str
    picture: str
    """File name; looked for beside the recipe and in the paintings' folder."""
    title: str = ""
    artist: str = ""
    year: str = ""
    sha256: str = ""
    """Of the picture file; checked when given."""
    size: int = 512
    """Short side in pixels the picture is scaled to: a larger one makes larger strokes."""
    weight: float = 1.0
    """On top of the style loss's own weight."""
    steadiness: float = 1.0
    """On top of the temporal loss's own weight: styles of low contrast flicker most."""
    strokes: float = field(default=1.0, metadata=LATER)
    """A factor on the strokes over the palette base: less where they leave halos."""
    turns: int = 1
    """Pictures it gets in each round of all styles; with 0 it stays as it is, as far as that is its
    own: see ``shared_rate``."""
    targets: str = ""
    """A folder of pictures by the Gatys optimizer, looked for where the painting is; see
    ``distillation``."""


@dataclass(frozen=True, slots=True)
class LossTerm:
    """One line of the objective."""

    kind: str
    """A key of ``losses.LOSSES``."""
    weight: float
    layers: tuple[str, ...] = ()

    def build(self) -> Loss:
        """The loss itself."""
        if self.kind not in LOSSES:
            raise ModelError(f"there is no loss {self.kind!r}", f"losses are: {', '.join(LOSSES)}")
        return LOSSES[self.kind](self.layers, self.weight)


JOHNSON_LOSSES = (
    # Each layer's weight makes it begin with about the same loss.
    LossTerm("content", 1.5, ("relu2_2",)),
    LossTerm("gram", 1e4, ("relu1_2",)),
    LossTerm("gram", 6e4, ("relu2_2",)),
    LossTerm("gram", 2e5, ("relu3_3",)),
    LossTerm("gram", 5e8, ("relu4_3",)),
    LossTerm("tv", 50.0),
)
"""The objective of Johnson et al. 2016, which the Gatys optimizer can have, too."""


@dataclass(frozen=True, slots=True)
class Temporal:
    """Against flicker: see ``motion``."""

    weight: float = 0.0
    begin: int = 0
    """The step it is phased in from; it costs a second pass of the network a step."""
    phase: int = 200
    """Steps until it counts in full."""

    def weight_at(self, step: int) -> float:
        """How much it counts at a step."""
        return self.weight * min(1.0, max(0.0, (step - self.begin) / max(1, self.phase)))


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn."""

    steps: int = 1500
    batch: int = 4
    size: int = 256
    """Side of the square crops, in pixels."""
    learning_rate: float = 2e-3
    """Adam's, reached after ``warmup`` steps and then lowered to zero along a cosine."""
    warmup: int = 50
    copying: int = 0
    """Steps at the beginning in which the network only learns to copy its input: far cheaper than
    steps with losses on features, and what comes after starts from a picture."""
    freezing: int = 0
    """The step from which the norms' own statistics take the place of each picture's, stair by
    stair; 0 never. A frozen network folds into plain convolutions."""
    style_rate: float = 5.0
    """Times the learning rate for what each style has of its own."""
    shared_rate: float = 1.0
    """The same for what all share; 0 changes single styles and leaves all others as they are."""
    seed: int = 1
    one_style: bool = field(default=False, metadata=LATER)
    """Give all images of a step the same style, the next step the next style: losses that pool a
    style's statistics then see all of them at once."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One network: its shape, its styles, its objective and its schedule."""

    name: str
    styles: tuple[StyleSource, ...]
    licence: str = "Apache-2.0"
    training_data: str = "not stated"
    network: Network = NETWORKS["fast"]
    schedule: Schedule = Schedule()
    temporal: Temporal = Temporal()
    distillation: float = 0.0
    """Weight of the mean squared difference from the styles' ``targets``."""
    losses: tuple[LossTerm, ...] = JOHNSON_LOSSES

    def sha256(self) -> str:
        """Of the values, so that comments and order in the file do not count."""
        canonical = json.dumps(_hashed(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> str:
        """As checkpoints carry it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def to_toml(self) -> str:
        """As it lies beside a model; read again it is the same, and so is its hash."""
        values = asdict(self)
        tables = {name: values.pop(name) for name in ("network", "schedule", "temporal")}
        rows = {name: values.pop(name) for name in ("styles", "losses")}
        parts = [_lines(values), *(f"[{name}]\n{_lines(each)}" for name, each in tables.items())]
        parts += [f"[[{name}]]\n{_lines(row)}" for name, every in rows.items() for row in every]
        return "\n".join(parts)


def _hashed(value: Any) -> Any:
    """Values as ``asdict`` gives them, without the later fields that are at their default."""
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
    """Plain values, which TOML writes as JSON does."""
    return "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in values.items())


def read_recipe(path: Path) -> Recipe:
    """Read a ``recipe.toml``.

    Raises:
        ModelError: there is no such file, or it is not a recipe.
    """
    try:
        return from_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError(f"no recipe at {path}", "give a recipe.toml or a picture") from error
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path} is not TOML: {error}", "see models/*/recipe.toml") from error


def recipe_for(styles: Sequence[Path], tier: str) -> tuple[Recipe, Path]:
    """The recipe given, or one made for the pictures given; and the folder pictures lie in.

    Raises:
        ModelError: there is no such recipe, tier or picture.
    """
    first = styles[0] / "recipe.toml" if styles[0].is_dir() else styles[0]
    if first.suffix == ".toml":
        return read_recipe(first), first.parent
    if tier not in NETWORKS:
        raise ModelError(f"there is no tier {tier!r}", f"tiers are: {', '.join(NETWORKS)}")
    sources = tuple(
        StyleSource(_slug(path), str(path.absolute()), title=path.stem, sha256=_sha256(path))
        for path in styles
    )
    return _own(sources, tier), Path()


def _own(sources: tuple[StyleSource, ...], tier: str) -> Recipe:
    """For pictures of the user's own: from nothing, which takes an hour on two cores."""
    name = "-".join(source.name for source in sources)
    schedule = Schedule(steps=4000, batch=2, learning_rate=1e-3, copying=300, freezing=1500)
    temporal = Temporal(weight=2e4, begin=2700)
    if tier == "johnson":
        schedule, temporal = replace(schedule, freezing=0), Temporal()
    return Recipe(name, sources, network=NETWORKS[tier], schedule=schedule, temporal=temporal)


def shortened(recipe: Recipe) -> Recipe:
    """For a network that begins as a trained one: some twelve minutes on two cores."""
    schedule = replace(recipe.schedule, steps=1200, copying=0, freezing=1)
    return replace(recipe, schedule=schedule, temporal=replace(recipe.temporal, begin=700))


def rescheduled(recipe: Recipe, **changes: int | None) -> Recipe:
    """The recipe with some of its schedule changed; None changes nothing."""
    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    return replace(recipe, schedule=replace(recipe.schedule, **given))


def _sha256(path: Path) -> str:
    """Of a picture; empty where it cannot be read, which whoever opens it will say."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _slug(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "style"


def from_mapping(values: Mapping[str, Any]) -> Recipe:
    """A recipe from the plain values of a TOML or JSON file.

    Raises:
        ModelError: a value is missing, unknown or of the wrong kind.
    """
    rest = dict(values)
    try:
        nested: dict[str, Any] = {
            "styles": tuple(_fill(StyleSource, style) for style in rest.pop("styles")),
            "network": _fill(Network, rest.pop("network", {})),
            "schedule": _fill(Schedule, rest.pop("schedule", {})),
            "temporal": _fill(Temporal, rest.pop("temporal", {})),
        }
        if "losses" in rest:
            nested["losses"] = tuple(_fill(LossTerm, term) for term in rest.pop("losses"))
        recipe = _fill(Recipe, {**rest, **nested})
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"the recipe is not complete: {error}", "see models/*/recipe.toml"
        ) from error
    if not any(style.turns > 0 for style in recipe.styles):
        raise ModelError("no style of the recipe gets a turn", "leave `turns` out of one")
    return recipe


T = TypeVar("T")


def _fill(kind: type[T], values: Mapping[str, Any]) -> T:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise ModelError(
            f"a recipe has no {', '.join(unknown)}", f"it can have: {', '.join(sorted(known))}"
        )
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})
