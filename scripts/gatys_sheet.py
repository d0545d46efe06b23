"""Make the sheets of docs/gatys.md: ``python scripts/gatys_sheet.py STYLE.jpg [--content DIR]``.

``docs/images/gatys.jpg``: photos, the optimizer's results, and those of each network with
the style. ``docs/images/gatys_variants.jpg``: one photo by each preset and option.
The photos are scikit-image's own (cat: Stefan van der Walt, CC0; coffee: Rachel Michetti, CC0;
astronaut: NASA, public domain), or those of a folder, for a sheet to look at and not to ship.
"""

import argparse
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from realtime_nst.errors import NstError
from realtime_nst.frame import Image
from realtime_nst.gatys.optimize import PRESETS, OptimizeSettings
from realtime_nst.gatys.session import GatysOptions, StyleFile, open_studio
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.inference.session import open_session
from realtime_nst.models.registry import find_style
from realtime_nst.plotting import INK, write
from realtime_nst.sources.images import PICTURES

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
HEIGHT = 240
"""Height in pixels of an image in a sheet."""
LABEL = 22
TIERS = ("fast", "quality")


def shipped_photos(folder: Path) -> list[Path]:
    """Scikit-image's photos as files."""
    photos = {"cat": data.chelsea(), "coffee": data.coffee(), "astronaut": data.astronaut()}
    for name, photo in photos.items():
        write_image(folder / f"{name}.png", np.ascontiguousarray(photo[:, :, ::-1]))
    return [folder / f"{name}.png" for name in photos]


def variants(plain: GatysOptions) -> dict[str, GatysOptions]:
    """Return the options of each preset, and of each other variant."""
    strong = {name: replace(plain.settings, style_weight=w) for name, w in PRESETS.items()}
    smooth = replace(plain.settings, tv_weight=20000.0)
    from_noise = replace(plain.settings, init="noise")
    return {
        **{name: replace(plain, settings=settings) for name, settings in strong.items()},
        "noise": replace(plain, settings=from_noise),
        "luminance": replace(plain, keep_colour="luminance"),
        "match": replace(plain, keep_colour="match"),
        "style-scale 0.5": replace(plain, style_scale=0.5),
        "tv-weight 20000": replace(plain, settings=smooth),
    }


def optimized(wishes: GatysOptions, photo: Path) -> Image:
    """Return the last iterate."""
    painting = open_studio(wishes).prepare(photo)
    *_, last = painting.run()
    print(f"{photo.name}: {last.seconds:.0f} s, total {last.total:.4g}", flush=True)
    return painting.finish(last.image)


def by_networks(photo: Path, style: str, size: int) -> dict[str, Image]:
    """Stylize a photo with each tier that has the style."""
    image = read_image(photo)
    scale = size / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    painted = {}
    for tier in TIERS:
        with suppress(NstError):
            choice = find_style(f"{style}@{tier}")
            weights = choice.weight_array() if len(choice.weights) > 1 else None
            session = open_session(choice.model.path, "cpu")
            picture = session.run(np.ascontiguousarray(small, np.uint8), weights)
            painted[f"{tier} network, one pass"] = picture
    return painted


def row(pictures: dict[str, Image]) -> Image:
    """Pictures of one photo side by side, each under its name."""
    return np.hstack([_labelled(name, picture) for name, picture in pictures.items()])


def _labelled(name: str, image: Image) -> Image:
    width = round(image.shape[1] * HEIGHT / image.shape[0])
    small = cv2.resize(image, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    framed = cv2.copyMakeBorder(small, LABEL, 2, 2, 2, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    labeled = np.ascontiguousarray(framed, np.uint8)
    write(labeled, name, (4, LABEL - 7), INK, 0.45)
    return labeled


def stacked(rows: list[Image]) -> Image:
    """Rows below each other, the shorter ones with white at their ends."""
    width = max(each.shape[1] for each in rows)
    padded = [
        np.pad(r, ((0, 0), (0, width - r.shape[1]), (0, 0)), constant_values=255) for r in rows
    ]
    return np.ascontiguousarray(np.vstack(padded), np.uint8)


def results(wishes: GatysOptions, photos: list[Path], model: str) -> Image:
    """Photo, optimizer and networks."""
    rows = []
    for photo in photos:
        shown = {"photo": read_image(photo)}
        shown[f"Gatys, {wishes.settings.iterations} iterations"] = optimized(wishes, photo)
        rows.append(row(shown | by_networks(photo, model, wishes.size)))
    return stacked(rows)


def main() -> None:
    """Write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("style", type=Path, help="the painting")
    parser.add_argument("--model", default="starry-night", help="the network's name for it")
    parser.add_argument("--content", type=Path, help="folder of photos, instead of scikit-image's")
    parser.add_argument("--photos", type=int, default=3)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--variants", action="store_true", help="the other sheet")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    wishes = GatysOptions(
        (StyleFile(given.style),), OptimizeSettings(iterations=given.iterations), size=given.size
    )
    with tempfile.TemporaryDirectory() as folder:
        photos = shipped_photos(Path(folder))
        if given.content:
            found = (p for p in given.content.iterdir() if p.suffix.lower() in PICTURES)
            photos = sorted(found)
        if given.variants:
            made = {name: optimized(each, photos[0]) for name, each in variants(wishes).items()}
            names = list(made)
            rows = [row({name: made[name] for name in names[at : at + 4]}) for at in (0, 4)]
            sheet = stacked(rows)
        else:
            sheet = results(wishes, photos[: given.photos], given.model)
    out = given.out or IMAGES / ("gatys_variants.jpg" if given.variants else "gatys.jpg")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_image(out, sheet)


if __name__ == "__main__":
    main()
