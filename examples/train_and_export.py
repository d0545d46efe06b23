"""Train a style and export it: python train_and_export.py painting.jpg.

Needs the extra [train]. With two CPU cores and no GPU it takes about an hour; the command
``realtime-nst train`` is faster, because it starts from the most similar shipped style.
"""

import sys
from pathlib import Path

from realtime_nst.export.onnx import export
from realtime_nst.train.checkpoint import load_checkpoint
from realtime_nst.train.dataset import bundled_photos, open_photos, read_paintings
from realtime_nst.train.default_recipe import recipe_for
from realtime_nst.train.trainer import Options, Trainer


def main(style: str, out: str = "runs/my-style", tier: str = "fast") -> Path:
    """Train a network and write it as an ONNX model.

    Args:
        style: a style image, or a recipe.toml with everything that can be set.
        out: folder for the checkpoint and the model.
        tier: size of the network, for a style image.
    """
    recipe, folder = recipe_for([Path(style)], tier)
    photos = open_photos(bundled_photos(), recipe.schedule)
    images = read_paintings(recipe, [folder] if folder else [])
    options = Options(Path(out))
    for progress in Trainer(recipe, images, photos, options).run():
        if progress.saved:
            print(f"{progress.step} of {progress.steps} steps, {progress.eta:.0f} s left")
    model = Path(out) / "model.onnx"
    card = export(load_checkpoint(options.checkpoint), model)
    print(f"{model}: {card.tier}, {card.parameters} parameters")
    return model


if __name__ == "__main__":
    main(*sys.argv[1:2])
