"""Set up a training: photos, style images and the weights to begin with."""

from pathlib import Path

from realtime_nst.nn.device import pick_device
from realtime_nst.train.checkpoint import load_checkpoint
from realtime_nst.train.dataset import Photos, bundled_photos, open_photos, read_paintings
from realtime_nst.train.distillation import open_pairs
from realtime_nst.train.recipe import Recipe
from realtime_nst.train.trainer import Options, Trainer
from realtime_nst.train.warm_start import WarmStart, nearest_style, weights_of


def find_warm_start(recipe: Recipe, folders: list[Path], vgg: Path | None) -> WarmStart | None:
    """Return the included network whose style is most similar to the one to train.

    Args:
        recipe: recipe to train; one of several styles has no single nearest style.
        folders: folders that are searched for the style images.
        vgg: file with VGG-16 weights; None takes the included ones.

    Returns:
        The weights and their origin, or None if no included network has the same architecture.

    Raises:
        NstError: a style image or a file of weights is missing or cannot be read.
    """
    if len(recipe.styles) > 1:
        return None
    return nearest_style(read_paintings(recipe, folders)[0], recipe.network, vgg)


def open_trainer(
    recipe: Recipe, folders: list[Path], content: Path | None, options: Options
) -> tuple[Trainer, Photos]:
    """Open everything that a training needs.

    Args:
        recipe: recipe to train.
        folders: folders that are searched for the style images.
        content: folder of photos to train on; None takes the four included ones.
        options: output folder, device and precision.

    Returns:
        The trainer, and the photos it trains on.

    Raises:
        NstError: photos or style images are missing or cannot be read.
    """
    content = content or bundled_photos()
    device = pick_device(options.device)
    photos = open_photos(content, recipe.schedule, device, faces=recipe.faces != 1)
    pairs = open_pairs(recipe, folders, content)
    return Trainer(recipe, read_paintings(recipe, folders), photos, options, pairs), photos


def initialize(
    trainer: Trainer, warm_start: WarmStart | None, init_from: Path | None, *, resume: bool
) -> str:
    """Load the weights to begin with: of this training, of another one, or of a similar style.

    Args:
        trainer: trainer that has not run yet.
        warm_start: weights of a similar style, taken if nothing else is asked for.
        init_from: folder or checkpoint of another training, or folder of an included model.
        resume: continue from the checkpoint of this training.

    Returns:
        A human-readable description of where weights came from; empty for the training's own.

    Raises:
        NstError: there is no such checkpoint, or it belongs to another network.
    """
    if resume:
        trainer.restore(load_checkpoint(trainer.options.checkpoint))
    elif init_from:
        names = [style.name for style in trainer.recipe.styles]
        vgg = trainer.options.vgg_weights
        trainer.start_from(weights_of(init_from, names, trainer.paintings, vgg))
        return f"initialized from {init_from}"
    elif warm_start:
        trainer.start_from(warm_start.weights)
        return f"initialized from {warm_start.style} of {warm_start.model}, the most similar style"
    return ""
