"""Export a trained network for shipping: ``scripts/ship.py RUN --content DIR --paintings DIR``.

Writes ``models/NAME``: the model, the same in half precision for GPUs, int8 models where its norms
are frozen, and the weights that other trainings begin with. ``scripts/samples.py`` then makes its
pictures.
"""

from argparse import ArgumentParser
from pathlib import Path

from realtime_nst.export.onnx import export, load_net
from realtime_nst.export.quantize import photos_for, quantize
from realtime_nst.train.checkpoint import CHECKPOINT, load_checkpoint
from realtime_nst.train.dataset import read_paintings
from realtime_nst.train.warm_start import START, save_start

MODELS = Path(__file__).resolve().parent.parent / "models"


def main() -> None:
    """Read the command line, write the folder."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of the training")
    parser.add_argument("--content", type=Path, required=True, help="folder of photos")
    parser.add_argument("--paintings", type=Path, required=True, help="folder of paintings")
    given = parser.parse_args()
    trained = load_checkpoint(given.run / CHECKPOINT)
    recipe = trained.recipe
    folder = MODELS / recipe.name
    card = export(trained, folder / "model.onnx")
    print(f"{card.name}: {card.numbers}")
    half = export(trained, folder / "fp16.onnx", fp16=True)
    print(f"in half precision: {half.numbers['parity_psnr']} dB")
    save_start(trained, read_paintings(recipe, [given.paintings]), folder / START)
    if load_net(trained).frozen < 1:
        return
    photos = photos_for(given.content, recipe.schedule)
    for one in quantize(trained, folder / "int8", photos):
        print(f"{one.styles[0].name} in int8: {one.numbers['int8_psnr']} dB")


if __name__ == "__main__":
    main()
