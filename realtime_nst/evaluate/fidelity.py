"""Fidelity of a network to its objective: Johnson et al. 2016, section 4.1, figure 5.

The objective that a network was trained on is measured on its output for unseen photos, and on the
iterates of L-BFGS for the same photo, projected onto [0, 1] as in the paper. The result is the
number of iterations that equals the network's single pass.
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
from realtime_nst.gatys.lbfgs import minimize
from realtime_nst.gatys.objective import Objective, StyleImage, Term, content_terms, style_terms
from realtime_nst.gatys.optimize import noise
from realtime_nst.image_io.read import read_image
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.inference.session import Session
from realtime_nst.models.recipe_files import RECIPE, recipe_beside, recipe_files
from realtime_nst.models.registry import Model, StyleChoice
from realtime_nst.nn.device import pick_device, uses_bf16
from realtime_nst.nn.losses import ContentLoss, GramLoss, TVLoss
from realtime_nst.nn.tensors import resize, to_image, to_tensor
from realtime_nst.nn.vgg import VGG
from realtime_nst.nn.vgg_weights import load_vgg
from realtime_nst.stylize.loading import open_choice
from realtime_nst.train.dataset import read_paintings
from realtime_nst.train.recipe import JOHNSON_LOSSES, Recipe, StyleSource, read_recipe

MARKS = (10, 25, 50, 100, 200, 500)
"""Iterations at which a report has the objective of Gatys."""
HISTORY = 20
"""Number of steps that L-BFGS keeps."""
CAUTIOUS = 1 / 255
"""First step of L-BFGS. The optimizer's own is larger and would save up to a third of the
iterations; that of the published code of Johnson et al. is smaller still."""
STARTS = ("grey", "noise", "content")
"""Initial images of Gatys; ``grey`` is that of the published code of Johnson et al."""

Losses = dict[str, float]
"""Weighted losses ``content``, ``style`` and ``tv``."""


@dataclass(frozen=True, slots=True, eq=False)
class FidelitySubject:
    """A model in one of its styles, with its training data."""

    choice: StyleChoice
    style: StyleSource
    painting: Tensor
    """The style image, (1, 3, h, w), scaled as in the recipe."""
    recipe: Recipe
    vgg: VGG
    session: Session
    bf16: bool = False
    """Measure both the model and Gatys in bfloat16."""

    @property
    def name(self) -> str:
        """Return the name of the style and its model."""
        return f"{self.style.name} ({self.choice.model.card.name})"


@dataclass(frozen=True, slots=True, eq=False)
class FidelityCase:
    """Results of one photo at one size."""

    photo: str
    """Name of the photo."""
    size: int
    """Side in pixels."""
    before: Losses
    """Losses of the photo itself."""
    network: Losses
    """Losses of the network's output."""
    gatys: tuple[Losses, ...]
    """Losses of Gatys after 0, 1, 2, ... iterations."""
    pictures: tuple[Image, Image, Image]
    """The photo, the network's output and the last iterate of Gatys."""

    @property
    def equals(self) -> int | None:
        """Return the first iteration that is as good as the network, or None."""
        goal = sum(self.network.values())
        totals = (sum(losses.values()) for losses in self.gatys)
        return next((k for k, total in enumerate(totals) if total <= goal), None)


def open_candidate(
    choice: StyleChoice,
    picture: Path | None,
    paintings: Path | None,
    weights: Path | None = None,
    precision: str = "auto",
    device: str = "cpu",
) -> FidelitySubject:
    """Load a model with its recipe, style image and losses.

    Args:
        choice: one style of a model.
        picture: the style image; None searches next to the recipe and in ``paintings``.
        paintings: a folder of style images.
        weights: of VGG-16; see ``load_vgg``.
        precision: of the losses: ``bf16``, ``fp32`` or ``auto``; see ``uses_bf16``.
        device: of the losses; the model itself is run on the CPU. See ``pick_device``.

    Raises:
        TrainError: the precision or device is unknown or not available.
        ModelError: ``choice`` is a blend, or no recipe next to the model has its style.
        SourceError: the style image is missing, or not the one named in the recipe.
    """
    torch_device = pick_device(device)
    bf16 = uses_bf16(precision, torch_device)
    if max(choice.weights) < 1:
        raise ModelError("a blend of styles has no recipe", "choose a single style")
    recipe, path = recipe_of(choice.model)
    recipe = comparable(recipe)
    name = choice.model.styles[int(np.argmax(choice.weights))]
    style = next((style for style in recipe.styles if style.name == name), None)
    if style is None:
        raise ModelError(f"{path} has no style {name}", "export the model again")
    wanted = replace(style, picture=str(picture.absolute())) if picture else style
    folders = [path.parent, *([paintings] if paintings else [])]
    painting = read_paintings(replace(recipe, styles=(wanted,)), folders)[0].to(torch_device)
    layers = {layer for term in recipe.losses for layer in term.layers}
    vgg = load_vgg(layers, path=weights).to(torch_device).to(memory_format=torch.channels_last)
    session = open_choice(choice, InferenceOptions(device="cpu", precision=None), baked=False)
    return FidelitySubject(choice, style, painting, recipe, vgg, session, bf16)


def recipe_of(model: Model) -> tuple[Recipe, Path]:
    """Return the recipe next to a model and its file, preferably the one named in the card.

    Raises:
        ModelError: there is no recipe, or an invalid one.
    """
    recipes = [(read_recipe(path), path) for path in recipe_files(model.path)]
    if not recipes:
        places = f"{recipe_beside(model.path)} or {model.path.with_name(RECIPE)}"
        hint = "export the model again with: realtime-nst export RUN OUT.onnx"
        raise ModelError(f"no recipe at {places}", hint)
    return min(recipes, key=lambda found: found[0].sha256() != model.card.recipe_sha256)


def comparable(recipe: Recipe) -> Recipe:
    """Return a recipe with losses that Gatys supports, too: its own, or else Johnson's."""
    known = {term.kind for term in JOHNSON_LOSSES}
    if all(term.kind in known for term in recipe.losses):
        return recipe
    return replace(recipe, losses=JOHNSON_LOSSES)


def objective_of(candidate: FidelitySubject, photo: Tensor) -> Objective:
    """Return the objective of the recipe for a photo, (1, 3, h, w)."""
    terms: list[Term] = []
    tv, vgg = 0.0, candidate.vgg
    style, size = StyleImage(candidate.painting), (photo.shape[2], photo.shape[3])
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


def judge(
    candidate: FidelitySubject, path: Path, size: int, iterations: int, init: str
) -> FidelityCase:
    """Measure one photo, a square from its center as in the paper.

    Args:
        candidate: the model.
        path: the photo.
        size: side of the square in pixels.
        iterations: of L-BFGS.
        init: one of ``STARTS``.

    Raises:
        SourceError: the photo cannot be read.
        TrainError: the loss is not finite, or ``init`` is unknown.
    """
    image, device = square(path, size), candidate.painting.device
    photo = to_tensor(image).to(device)
    output = candidate.session.run(image, _weights(candidate))
    objective = objective_of(candidate, photo)
    start = first_picture(init, photo, candidate.vgg)
    course, last = [_measured(objective, start)], start
    for point in minimize(
        objective.evaluate, start.contiguous(), iterations, "lbfgs", 0.01, HISTORY, CAUTIOUS
    ):
        course.append(point.losses)
        last = point.image
    before, after = (_measured(objective, to_tensor(each).to(device)) for each in (image, output))
    pictures = (image, output, to_image(last[0]))
    return FidelityCase(path.stem, size, before, after, tuple(course), pictures)


def first_picture(init: str, photo: Tensor, vgg: VGG) -> Tensor:
    """Return the initial image of Gatys, of the photo's size and on its device.

    Args:
        init: ``grey``: the mean color of ImageNet with noise of one grey level; ``noise``: white
            noise; ``content``: the photo.
        photo: (1, 3, h, w) RGB in [0, 1].
        vgg: with the mean color.

    Raises:
        TrainError: ``init`` is unknown.
    """
    if init not in STARTS:
        message = f"cannot initialize Gatys from {init!r}"
        raise TrainError(message, f"use one of --init {', '.join(STARTS)}")
    if init == "content":
        return photo
    if init == "noise":
        return noise(photo.shape[2], photo.shape[3], 0).to(photo.device)
    generator = torch.Generator().manual_seed(0)
    grains = torch.randn(photo.shape, generator=generator) / 255
    return (vgg.mean + grains.to(photo.device)).clamp(0, 1)


def square(path: Path, size: int) -> Image:
    """Read the central square of an image, scaled to ``size`` pixels a side."""
    photo = to_tensor(read_image(path))
    side = min(photo.shape[2:])
    top, left = ((length - side) // 2 for length in photo.shape[2:])
    return to_image(resize(photo[:, :, top : top + side, left : left + side], size, size)[0])


def summary(cases: Sequence[FidelityCase], iterations: int) -> dict[str, object]:
    """Return medians over the photos of one model at one size, for tables and JSON.

    ``equals`` has the median and the quartiles; a photo on which Gatys did not reach the network
    has the value ``iterations + 1``, "more than".
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
    candidate: FidelitySubject, photos: Sequence[Path], size: int, iterations: int, init: str
) -> Iterator[FidelityCase]:
    """Yield the results of each photo; see ``judge``."""
    for photo in photos:
        yield judge(candidate, photo, size, iterations, init)


@torch.no_grad()
def _measured(objective: Objective, image: Tensor) -> Losses:
    return {name: loss.item() for name, loss in objective(image).items()}


def _medians(losses: Sequence[Losses]) -> Losses:
    medians = {name: median(each[name] for each in losses) for name in losses[0]}
    return medians | {"total": median(sum(each.values()) for each in losses)}


def _weights(candidate: FidelitySubject) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
    several = len(candidate.choice.weights) > 1
    return np.array(candidate.choice.weights, np.float32) if several else None
