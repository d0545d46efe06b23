"""Count the colors of photos: ``python scripts/photo_colors.py PHOTOS``.

Writes ``realtime_nst/palette/photo_colors.npz``: 1,024 colors that stand for the same number of
pixels each, and the hinges of palette maps, whose thresholds lie where photos have colors.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.image_io.read import read_image
from realtime_nst.palette.oklab import Colors, from_oklab, to_oklab
from realtime_nst.palette.palette_map import TABLE, median_cut
from realtime_nst.sources.images import PICTURES

COLORS = 1024
PIXELS, SHORT_SIDE = 400, 120
"""Number of pixels sampled from each photo, and the short side it is reduced to before."""
HINGES, GREYS = 32, 7
"""All hinges, and those of them that look at brightness alone. The first three are the channels."""
BRIGHTNESS = (0.299, 0.587, 0.114)
SEED = 14
"""Of 25, the one whose hinges fitted four paintings and forty photos as styles best."""


def main() -> None:
    """Read the command line, write the table."""
    rgb = sampled(Path(sys.argv[1]))
    colors = from_oklab(median_cut(to_oklab(rgb), COLORS))
    directions, thresholds = hinges(rgb)
    np.savez_compressed(
        TABLE,
        colors=np.round(colors * 255).astype(np.uint8),
        directions=directions.astype(np.float32),
        thresholds=thresholds.astype(np.float32),
    )
    print(f"{TABLE}: {len(rgb)} pixels, {TABLE.stat().st_size} bytes")


def sampled(folder: Path) -> Colors:
    """Return some pixels of every photo, (n, 3) RGB."""
    rng, rows = np.random.default_rng(0), []
    for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in PICTURES):
        photo = read_image(path)
        scale = SHORT_SIDE / min(photo.shape[:2])
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        flat = small.reshape(-1, 3)[:, ::-1]
        rows.append(flat[rng.integers(0, len(flat), PIXELS)])
    return np.concatenate(rows).astype(np.float32) / 255


def hinges(rgb: Colors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions (n, 3) and thresholds (n,)."""
    rng = np.random.default_rng(SEED)
    directions = rng.normal(size=(HINGES, 3))
    directions[:3] = np.eye(3)
    directions[3 : 3 + GREYS] = BRIGHTNESS
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    quantiles = rng.uniform(0.05, 0.97, HINGES)
    quantiles[3 : 3 + GREYS] = (np.arange(GREYS) + 0.5) / GREYS
    projected = rgb @ directions.T
    thresholds = np.array([np.quantile(p, q) for p, q in zip(projected.T, quantiles, strict=True)])
    thresholds[:3] = 0
    return directions, thresholds


if __name__ == "__main__":
    main()
