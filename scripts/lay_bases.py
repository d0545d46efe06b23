"""Add palette bases to a shipped model: ``python scripts/lay_bases.py MODEL --paintings DIR``.

Nothing is trained: the weights are the shipped ones, the maps and the strength of the strokes come
from the paintings and the recipe. Writes a training's folder, which ``scripts/ship.py`` ships.
"""

from argparse import ArgumentParser
from pathlib import Path

from realtime_nst.nn.tensors import to_image
from realtime_nst.nn.transformer_net import TransformerNet
from realtime_nst.train.checkpoint import CHECKPOINT, Checkpoint, save_checkpoint
from realtime_nst.train.dataset import read_paintings
from realtime_nst.train.recipe import read_recipe
from realtime_nst.train.warm_start import weights_of


def main() -> None:
    """Read the command line, write the folder."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder of a shipped model")
    parser.add_argument("--paintings", type=Path, required=True, help="folder of paintings")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    given = parser.parse_args()
    recipe = read_recipe(given.model / "recipe.toml")
    paintings = [to_image(each[0]) for each in read_paintings(recipe, [given.paintings])]
    net = TransformerNet(recipe.network, len(recipe.styles))
    net.fit_base(paintings, [style.strokes for style in recipe.styles])
    net.adopt(weights_of(given.model))
    made = Checkpoint(recipe, recipe.schedule.steps, net.state_dict(), {}, {})
    save_checkpoint(made, given.out / CHECKPOINT)


if __name__ == "__main__":
    main()
