"""Make the sample images of the models: ``python scripts/samples.py [MODEL...]``.

``models/NAME/sample.jpg`` for each model, ``docs/images/styles.jpg`` with all styles of all models,
and ``docs/images/results.jpg`` for the README. The photos are scikit-image's own (astronaut: NASA,
public domain; cat: Stefan van der Walt, CC0; coffee: Rachel Michetti, CC0).
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from realtime_nst.convert.transforms import scaled
from realtime_nst.evaluate.contact_sheet import contact_sheet
from realtime_nst.frame import Image
from realtime_nst.image_io.write import write_image
from realtime_nst.inference.session import Session, open_session

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
IMAGES = ROOT / "docs" / "images"
HEIGHT = 200
"""Height in pixels of an image in a sheet; networks stylize it at 480, like a webcam's."""
SMALL, LARGE = 150, 256
"""The same in docs/styles.md and in the README."""


def photos() -> list[Image]:
    """Return an astronaut, a cat and a cup of coffee, 480 pixels high, BGR."""
    chosen = (data.astronaut(), data.chelsea(), data.coffee())
    return [_scaled(photo[:, :, ::-1], 480) for photo in chosen]


def styled(session: Session, photo: Image) -> list[Image]:
    """Stylize a photo in each of a model's styles."""
    picks = np.eye(len(session.card.styles), dtype=np.float32)
    return [session.run(photo, pick) for pick in picks]


def sheet(columns: list[list[Image]]) -> Image:
    """Pictures side by side, one column a photo, one row a style."""
    stacked = [np.vstack([_labelled(image) for image in column]) for column in columns]
    return np.ascontiguousarray(np.hstack(stacked))


def in_a_row(images: list[Image]) -> Image:
    """Pictures of one height side by side, small."""
    return np.ascontiguousarray(np.hstack([_scaled(image, SMALL) for image in images]))


def _scaled(image: Image, height: int) -> Image:
    return scaled(image, round(image.shape[1] * height / image.shape[0]), height)


def _labelled(image: Image) -> Image:
    return cv2.copyMakeBorder(
        _scaled(image, HEIGHT), 2, 2, 2, 2, cv2.BORDER_CONSTANT, None, (255,) * 3
    )


def main(names: list[str]) -> None:
    """Write the samples of the models named, or of all, and the sheets of the documents."""
    folders = sorted(path.parent for path in MODELS.glob("*/model.onnx"))
    all_styles = [("the photos", in_a_row(photos()))]
    first = [("the photo", _scaled(photos()[0], LARGE))]
    for folder in folders:
        session = open_session(folder / "model.onnx", "cpu")
        shown = [styled(session, photo) for photo in photos()]
        for style, *images in zip(session.card.styles, *shown, strict=True):
            label = f"{style.name}, {session.card.tier}"
            all_styles.append((label, in_a_row(images)))
            if session.card.tier != "quality":
                first.append((label, _scaled(images[0], LARGE)))
        if not names or folder.name in names:
            columns = [[photo, *images] for photo, images in zip(photos(), shown, strict=True)]
            write_image(folder / "sample.jpg", sheet(columns))
    IMAGES.mkdir(parents=True, exist_ok=True)
    write_image(IMAGES / "styles.jpg", contact_sheet(all_styles, 2))
    write_image(IMAGES / "results.jpg", contact_sheet(first, 5))


if __name__ == "__main__":
    main(sys.argv[1:])
