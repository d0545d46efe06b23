"""Verify installed models: checksum, contract, card, and the recipe that the card names."""

import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from realtime_nst.errors import NstError, SourceError
from realtime_nst.extras import install_command
from realtime_nst.models.card import Card
from realtime_nst.models.checksum import is_whole
from realtime_nst.models.onnx_model import read_network
from realtime_nst.models.precisions import INT8
from realtime_nst.models.recipe_files import recipe_files
from realtime_nst.models.registry import shipped_folders

RecipeHash = Callable[[Path], str]
"""Returns the hash of a recipe file."""


@dataclass(frozen=True, slots=True)
class VerifyFinding:
    """The result of one check."""

    file: Path
    what: str
    """``contract``, ``seal``, ``onnx``, ``card``, ``recipe`` or ``painting``."""
    ok: bool | None
    """Whether the check passed; None if it was not possible, or for information."""
    note: str = ""
    """The error, the information, or why the check was not possible."""


def verify(
    path: Path, recipe_hash: RecipeHash | None, paintings: Path | None = None
) -> Iterator[VerifyFinding]:
    """Check a model, and its variants next to it.

    Args:
        path: of a ``model.onnx``.
        recipe_hash: None if the ``train`` extra is not installed.
        paintings: a folder with the style images that it was trained on.

    Yields:
        The result of each check.

    Raises:
        SourceError: there is no such folder.
    """
    if paintings and not paintings.is_dir():
        message = f"no folder at {paintings}"
        raise SourceError(message, "give the folder of style images: --paintings DIR")
    card = yield from _one(path)
    if card is None:
        return
    yield _recipe(path, card, recipe_hash)
    if paintings:
        yield from _paintings(path, card, paintings)
    for variant in _variants(path, card):
        other = yield from _one(variant)
        if other and other.recipe_sha256 != card.recipe_sha256:
            yield VerifyFinding(variant, "recipe", False, "made from another network")


def _variants(path: Path, card: Card) -> list[Path]:
    """List the int8 and fp16 variants; all in the folder if the model has its own."""
    names = {style.name for style in card.styles}
    whole = sorted(path.parent.glob("int8/*.onnx"))
    own = [each for each in whole if each.stem in names or path.name == "model.onnx"]
    return [*own, *path.parent.glob("fp16.onnx")]


def _one(path: Path) -> Generator[VerifyFinding, None, Card | None]:
    try:
        network = read_network(path, check_seal=False)
    except NstError as error:
        yield VerifyFinding(path, "contract", False, str(error))
        return None
    yield VerifyFinding(path, "contract", True)
    whole = is_whole(path.read_bytes())  # the network's own bytes lack a default by now
    yield VerifyFinding(path, "seal", whole, SEALS[whole])
    yield _onnx(path)
    yield _card(path, network.card)
    return network.card


SEALS = {
    True: "",
    False: "the file is damaged: it is not what was exported",
    None: "exported before models were sealed",
}


def _onnx(path: Path) -> VerifyFinding:
    """Run the checker of the onnx package, which checks every operator."""
    if find_spec("onnx") is None:
        return VerifyFinding(path, "onnx", None, "the onnx package is not installed")
    import onnx

    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        return VerifyFinding(path, "onnx", False, str(error).splitlines()[0])
    return VerifyFinding(path, "onnx", True)


UNKNOWN = {"training_data", "artist", "year", "sha256"}
"""Fields that may be missing for a user's own style image."""


def _card(path: Path, card: Card) -> VerifyFinding:
    lacking = list(_lacking(card))
    note = f"no {', '.join(name for name, _ in lacking)}" if lacking else ""
    shipped = any(folder in path.resolve().parents for folder in shipped_folders())
    wrong = [name for name, field in lacking if shipped or field not in UNKNOWN]
    return VerifyFinding(path, "card", False if wrong else None if lacking else True, note)


def _lacking(card: Card) -> Iterator[tuple[str, str]]:
    """Yield what is missing in a card: human-readable, and the name of the field."""
    for name, value in asdict(card).items():
        if value in ("", "not stated", [], {}, ()):
            yield name, name
    for style in card.styles:
        missing = [name for name, value in asdict(style).items() if value in ("", "not stated")]
        yield from ((f"{name} of {style.name}", name) for name in missing)
    proof = {"int8_psnr"} if card.precision == INT8 else {"parity_max", "parity_psnr"}
    if not proof <= card.numbers.keys():
        yield "numbers that show how near the export is", "numbers"


def _recipe(path: Path, card: Card, recipe_hash: RecipeHash | None) -> VerifyFinding:
    recipes = recipe_files(path)
    if not recipes:
        return VerifyFinding(path, "recipe", None, "there is no recipe.toml beside it")
    if recipe_hash is None:
        return VerifyFinding(path, "recipe", None, f"needs: {install_command('train')}")
    try:
        same = card.recipe_sha256 in map(recipe_hash, recipes)
    except NstError as error:
        return VerifyFinding(path, "recipe", False, str(error))
    note = "" if same else f"{recipes[0].name} is not the one of the card"
    return VerifyFinding(path, "recipe", same, note)


def _paintings(path: Path, card: Card, folder: Path) -> Iterator[VerifyFinding]:
    found = {_sha256(picture) for picture in folder.iterdir() if picture.is_file()}
    for style in card.styles:
        if not style.sha256:
            yield VerifyFinding(
                path, "painting", None, f"the card does not say which is {style.name}'s"
            )
            continue
        there = style.sha256 in found
        note = "" if there else f"no picture in {folder} is the one {style.name} was learnt from"
        yield VerifyFinding(path, "painting", there, note)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
