"""Check installed models: whole files, the contract, complete cards, the recipes they name."""

import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from realtime_nst.errors import NstError
from realtime_nst.stylize.card import Card
from realtime_nst.stylize.devices import INT8
from realtime_nst.stylize.network import read_network
from realtime_nst.stylize.seal import is_whole

RecipeHash = Callable[[Path], str]
"""From a recipe's file to its hash."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    file: Path
    what: str
    """``contract``, ``seal``, ``onnx``, ``card``, ``recipe`` or ``painting``."""
    ok: bool | None
    """None: it could not be checked."""
    note: str = ""
    """What is wrong, or why it could not be checked."""


def verify(
    path: Path, recipe_hash: RecipeHash | None, paintings: Path | None = None
) -> Iterator[Finding]:
    """Look at a model, and at its variants beside it.

    Args:
        path: of a ``model.onnx``.
        recipe_hash: None where the training extra is missing.
        paintings: a folder with the pictures its styles were learnt from.
    """
    card = yield from _one(path)
    if card is None:
        return
    yield _recipe(path, card, recipe_hash)
    if paintings:
        yield from _paintings(path, card, paintings)
    for variant in [*sorted(path.parent.glob("int8/*.onnx")), *path.parent.glob("fp16.onnx")]:
        other = yield from _one(variant)
        if other and other.recipe_sha256 != card.recipe_sha256:
            yield Finding(variant, "recipe", False, "made from another network")


def _one(path: Path) -> Generator[Finding, None, Card | None]:
    try:
        network = read_network(path)
    except NstError as error:
        yield Finding(path, "contract", False, str(error))
        return None
    yield Finding(path, "contract", True)
    whole = is_whole(network.model)
    yield Finding(path, "seal", whole, SEALS[whole])
    yield _onnx(path)
    lacking = list(_lacking(network.card))
    yield Finding(path, "card", not lacking, ", ".join(lacking) and f"no {', '.join(lacking)}")
    return network.card


SEALS = {
    True: "",
    False: "the file is damaged: it is not what was exported",
    None: "exported before models were sealed",
}


def _onnx(path: Path) -> Finding:
    """The checker of the onnx package, which knows every operator."""
    if find_spec("onnx") is None:
        return Finding(path, "onnx", None, "the onnx package is not installed")
    import onnx

    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        return Finding(path, "onnx", False, str(error).splitlines()[0])
    return Finding(path, "onnx", True)


def _lacking(card: Card) -> Iterator[str]:
    """Fields that a card should have and does not."""
    for name, value in asdict(card).items():
        if value in ("", "not stated", [], {}, ()):
            yield name
    for style in card.styles:
        missing = [name for name, value in asdict(style).items() if value in ("", "not stated")]
        yield from (f"{name} of {style.name}" for name in missing)
    proof = {"int8_psnr"} if card.precision == INT8 else {"parity_max", "parity_psnr"}
    if not proof <= card.numbers.keys():
        yield "number that says how near the export is"


def _recipe(path: Path, card: Card, recipe_hash: RecipeHash | None) -> Finding:
    recipe = path.parent / "recipe.toml"
    if not recipe.is_file():
        return Finding(path, "recipe", None, "there is no recipe.toml beside it")
    if recipe_hash is None:
        return Finding(path, "recipe", None, 'needs: pip install "realtime-nst[train]"')
    try:
        same = recipe_hash(recipe) == card.recipe_sha256
    except NstError as error:
        return Finding(path, "recipe", False, str(error))
    return Finding(path, "recipe", same, "" if same else "recipe.toml is not the one of the card")


def _paintings(path: Path, card: Card, folder: Path) -> Iterator[Finding]:
    found = {_sha256(picture) for picture in folder.iterdir() if picture.is_file()}
    for style in card.styles:
        there = style.sha256 in found
        note = "" if there else f"no picture in {folder} is the one {style.name} was learnt from"
        yield Finding(path, "painting", there, note)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
