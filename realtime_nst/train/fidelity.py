"""How near a network comes to what it stands for: Johnson et al. 2016, section 4.1, figure 5.

The objective a network was trained on is measured on its output for photos it has not seen, and on
the iterates of L-BFGS for the same photo, projected onto [0, 1] as in the paper. The figure is the
number of iterations the network's single pass equals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import torch
from torch import Tensor

from realtime_nst.errors import ModelError, TrainError
from realtime_nst.frame import Image
from realtime_nst.sources.images import read_image
from realtime_nst.stylize.beside import RECIPE, recipe_beside, recipe_files
from realtime_nst.stylize.models import Choice, Model
from realtime_nst.stylize.session import Session, open_session
from realtime_nst.train.data import read_paintings, resize, to_image, to_tensor
from realtime_nst.train.descent import descend
from realtime_nst.train.device import pick_device, uses_bf16
from realtime_nst.train.features import VGG
from realtime_nst.train.gatys import noise
from realtime_nst.train.losses import ContentLoss, GramLoss, TVLoss
from realtime_nst.train.objective import Objective, Style, Term, content_terms, style_terms
from realtime_nst.train.recipe import JOHNSON_LOSSES, Recipe, StyleSource, read_recipe
from realtime_nst.train.weights import load_vgg

MARKS = (10, 25, 50, 100, 200, 500)
"""Iterations at which a report gives the objective of Gatys."""
HISTORY = 20
"""Steps L-BFGS remembers."""
CAUTIOUS = 1 / 255
"""Its first step, from grey. The optimizer's own is bolder and would save it up to a third of the
iterations; the published code of Johnson et al. begins more cautiously still."""
STARTS = ("grey", "noise", "content")
"""What Gatys can begin with; ``grey`` is what the published code of Johnson et al. begins with."""

Losses = dict[str, float]
"""``content``, ``style`` and ``tv``, weighted."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A model in one of its styles, with what it was trained on."""

    choice: Choice
    style: StyleSource
    painting: Tensor
    """(1, 3, h, w), scaled as the recipe says."""
    recipe: Recipe
    vgg: VGG
    session: Session
    bf16: bool = False
    """Measure in bfloat16, the model as well as Gatys."""

    @property
    def name(self) -> str:
        return f"{self.style.name} ({self.choice.model.card.name})"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One photo at one size."""

    photo: str
    size: int
    before: Losses
    """Of the photo itself."""
    network: Losses
    gatys: tuple[Losses, ...]
    """After 0, 1, 2, ... iterations."""
    pictures: tuple[Image, Image, Image]
    """The photo, the network's and the last of Gatys."""

    @property
    def equals(self) -> int | None:
        """The first iteration that is as good as the network; None if none of those done is."""
        goal = sum(self.network.values())
        totals = (sum(losses.values()) for losses in self.gatys)
        return next((k for k, total in enumerate(totals) if total <= goal), None)


def open_candidate(
    choice: Choice,
    picture: Path | None,
    paintings: Path | None,
    weights: Path | None = None,
    precision: str = "auto",
    device: str = "cpu",
) -> Candidate:
    """Find the recipe of a model, the painting and the losses.

    Args:
        picture: the painting; None looks for it beside the recipe and in ``paintings``.
        weights: of VGG-16; see ``load_vgg``.
        precision: of the losses: ``bf16``, ``fp32`` or ``auto``, bf16 where the processor computes
            with it.
        device: of the losses; the model itself is run on the CPU. See ``pick_device``.

    Raises:
        TrainError: there is no such precision or device.
        ModelError: it is a blend, or there is no recipe beside the model, or none of this style.
        SourceError: the painting is missing, or not the one of the recipe.
    """
    place = pick_device(device)
    bf16 = uses_bf16(precision, place)
    if max(choice.weights) < 1:
        raise ModelError("a blend of styles has no recipe", "give one style at a time")
    recipe, path = recipe_of(choice.model)
    recipe = comparable(recipe)
    name = choice.model.styles[int(np.argmax(choice.weights))]
    style = next((style for style in recipe.styles if style.name == name), None)
    if style is None:
        raise ModelError(f"{path} has no style {name}", "export the model again")
    wanted = replace(style, picture=str(picture.absolute())) if picture else style
    folders = [path.parent, *([paintings] if paintings else [])]
    painting = read_paintings(replace(recipe, styles=(wanted,)), folders)[0].to(place)
    layers = {layer for term in recipe.losses for layer in term.layers}
    vgg = load_vgg(layers, path=weights).to(place).to(memory_format=torch.channels_last)
    session = open_session(choice.model.path, "cpu")
    return Candidate(choice, style, painting, recipe, vgg, session, bf16)


def recipe_of(model: Model) -> tuple[Recipe, Path]:
    """The recipe beside a model, and its file: the one its card names, or else the likeliest.

    Raises:
        ModelError: there is none, or one that is no recipe.
    """
    recipes = [(read_recipe(path), path) for path in recipe_files(model.path)]
    if not recipes:
        places = f"{recipe_beside(model.path)} or {model.path.with_name(RECIPE)}"
        hint = "export it again: realtime-nst export RUN OUT.onnx writes it there"
        raise ModelError(f"no recipe at {places}", hint)
    return min(recipes, key=lambda found: found[0].sha256() != model.card.recipe_sha256)


def comparable(recipe: Recipe) -> Recipe:
    """Return a recipe with losses that Gatys can have, too: its own, or else Johnson's."""
    known = {term.kind for term in JOHNSON_LOSSES}
    if all(term.kind in known for term in recipe.losses):
        return recipe
    return replace(recipe, losses=JOHNSON_LOSSES)


def objective_of(candidate: Candidate, photo: Tensor) -> Objective:
    """The objective of the recipe for a photo."""
    terms: list[Term] = []
    tv, vgg = 0.0, candidate.vgg
    style, size = Style(candidate.painting), (photo.shape[2], photo.shape[3])
    for term in candidate.recipe.losses:
        loss = term.build()
        if isinstance(loss, ContentLoss):
            terms += content_terms(vgg, photo, loss.layers, loss.weight)
        elif isinstance(loss, GramLoss):
            layers = dict.fromkeys(loss.layers, 1.0)
            terms += style_terms(vgg, [style], layers, loss.weight * candidate.style.weight, size)
        elif isinstance(loss, TVLoss):
            tv += loss.weight
    return Objective(vgg, tuple(terms), tv, candidate.bf16)


def judge(candidate: Candidate, path: Path, size: int, iterations: int, init: str) -> Case:
    """Measure one photo, a square from its middle as in the paper.

    Raises:
        SourceError: the photo cannot be read.
        TrainError: the loss is no number, or there is no such start.
    """
    image, place = square(path, size), candidate.painting.device
    photo = to_tensor(image).to(place)
    painted = candidate.session.run(image, _weights(candidate))
    objective = objective_of(candidate, photo)
    start = first_picture(init, photo, candidate.vgg)
    course, last = [_measured(objective, start)], start
    for point in descend(
        objective.evaluate, start.contiguous(), iterations, "lbfgs", 0.01, HISTORY, CAUTIOUS
    ):
        course.append(point.losses)
        last = point.image
    before, after = (
        _measured(objective, to_tensor(picture).to(place)) for picture in (image, painted)
    )
    pictures = (image, painted, to_image(last[0]))
    return Case(path.stem, size, before, after, tuple(course), pictures)


def first_picture(init: str, photo: Tensor, vgg: VGG) -> Tensor:
    """What Gatys begins with, of the photo's size and on its device.

    Args:
        init: ``grey``: the mean colour of ImageNet with noise of one grey level; ``noise``: white
            noise; ``content``: the photo.

    Raises:
        TrainError: it is none of these.
    """
    if init not in STARTS:
        raise TrainError(f"Gatys cannot begin with {init!r}", f"--init {', '.join(STARTS)}")
    if init == "content":
        return photo
    if init == "noise":
        return noise(photo.shape[2], photo.shape[3], 0).to(photo.device)
    generator = torch.Generator().manual_seed(0)
    grains = torch.randn(photo.shape, generator=generator) / 255
    return (vgg.mean + grains.to(photo.device)).clamp(0, 1)


def square(path: Path, size: int) -> Image:
    """The middle of a picture, scaled to ``size`` pixels each side."""
    photo = to_tensor(read_image(path))
    side = min(photo.shape[2:])
    top, left = ((length - side) // 2 for length in photo.shape[2:])
    return to_image(resize(photo[:, :, top : top + side, left : left + side], size, size)[0])


def summary(cases: Sequence[Case], iterations: int) -> dict[str, object]:
    """Of one model at one size: medians over the photos; for tables and JSON.

    ``equals`` has the median and the quartiles; a photo on which Gatys did not reach the network
    counts as one iteration more than were done, so that ``iterations + 1`` reads "more than".
    """
    equals = [iterations + 1 if case.equals is None else case.equals for case in cases]
    low, _, high = quantiles(equals, n=4, method="inclusive") if len(equals) > 1 else equals * 3
    marks = [mark for mark in MARKS if mark <= iterations]
    return {
        "size": cases[0].size,
        "photos": len(cases),
        "iterations": iterations,
        "equals": {"median": median(equals), "low": low, "high": high, "each": equals},
        "photo": _medians([case.before for case in cases]),
        "network": _medians([case.network for case in cases]),
        "gatys": {str(mark): _medians([case.gatys[mark] for case in cases]) for mark in marks},
    }


def each_case(
    candidate: Candidate, photos: Sequence[Path], size: int, iterations: int, init: str
) -> Iterator[Case]:
    """One case for each photo."""
    for photo in photos:
        yield judge(candidate, photo, size, iterations, init)


@torch.no_grad()
def _measured(objective: Objective, image: Tensor) -> Losses:
    return {name: loss.item() for name, loss in objective(image).items()}


def _medians(losses: Sequence[Losses]) -> Losses:
    medians = {name: median(each[name] for each in losses) for name in losses[0]}
    return medians | {"total": median(sum(each.values()) for each in losses)}


def _weights(candidate: Candidate) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
    several = len(candidate.choice.weights) > 1
    return np.array(candidate.choice.weights, np.float32) if several else None
