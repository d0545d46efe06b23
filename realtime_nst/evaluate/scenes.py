"""Short films whose motion is known or can be found: what stability is measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import SourceError
from realtime_nst.evaluate.warping import FramePair, found_link, inside, places
from realtime_nst.frame import Image
from realtime_nst.image_io.read import read_image
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.source import VideoSource

Kind = Literal["noise", "motion", "clip", "truth"]
NOISE = 2.0
"""Grey levels (standard deviation) of a webcam's noise in a lit room."""
PAN = (0.37, 0.21)
"""Pixels a frame, right and down: never twice at the same place of a pixel."""
ZOOM = 1.004
"""Times nearer a frame."""
SOFTNESS = 0.6
"""Pixels of a frame by which a made film is blurred, as by a lens: what is finer than pixels would
flicker by itself."""
PART = 0.94
"""Of the photo that a pan shows at a time."""
MADE = 16
"""Frames of a made film."""
SETTLING = 3
"""Frames at the beginning of a made film that are not judged: a memory has to fill."""
SEEN = 0.25
"""Where less of a frame is seen in the next, there is a cut between them: not judged."""

Matrix = NDArray[np.float64]
"""(3, 3), from homogeneous places in a frame to places in a photo."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A film to paint, and between which of its frames the motion is known."""

    kind: Kind
    name: str
    frames: tuple[Image, ...]
    links: tuple[FramePair, ...]


def noise_scene(path: Path, area: int) -> Scene:
    """A photo seen by a camera that stands still, with noise in every frame of its own."""
    photo, random = fitted(read_image(path), area), np.random.default_rng(0)
    frames = [
        np.clip(photo + random.normal(0, NOISE, photo.shape), 0, 255).round().astype(np.uint8)
        for _ in range(MADE)
    ]
    still = np.zeros((*photo.shape[:2], 2), np.float32)
    seen = np.ones(photo.shape[:2], bool)
    links = [FramePair(first, still, seen) for first in range(SETTLING, MADE - 1)]
    return Scene("noise", path.stem, tuple(frames), tuple(links))


def motion_scenes(path: Path, area: int) -> list[Scene]:
    """A pan and a zoom over a photo, by parts of a pixel; the flow is exact."""
    photo = read_image(path)
    height, width = fitted(photo, area).shape[:2]
    # Twice as fine as the frames, so that reading between its pixels costs no sharpness.
    large = fitted(photo, 4 * area)
    fine = min(large.shape[1] / width, large.shape[0] / height)
    soft = np.asarray(cv2.GaussianBlur(large, (0, 0), max(0.3, SOFTNESS * fine)), np.uint8)
    courses: dict[str, list[Matrix]] = {
        "pan": [_placed(PART, PAN[0] * step, PAN[1] * step) for step in range(MADE)],
        "zoom": [_placed(ZOOM**-step, 0.0, 0.0) for step in range(MADE)],
    }
    middle = _placed(1.0, (width - 1) / 2, (height - 1) / 2)
    whole = _placed(1.0, (large.shape[1] - 1) / 2, (large.shape[0] - 1) / 2)
    scale = _placed(fine, 0.0, 0.0)
    return [
        _moving(
            f"{path.stem} {name}",
            soft,
            (height, width),
            [whole @ scale @ matrix @ np.linalg.inv(middle) for matrix in course],
        )
        for name, course in courses.items()
    ]


def clip_scene(path: Path, area: int, count: int, start: Fraction = Fraction(0)) -> Scene:
    """The first frames of a film; the motion is looked for.

    Raises:
        SourceError: it cannot be read, or nothing moves from frame to frame without a cut.
    """
    with VideoSource(path, ReadOptions(start=start)) as source:
        frames = tuple(fitted(frame.image, area) for frame in islice(source, count))
    links = [found_link(frames, first) for first in range(len(frames) - 1)]
    kept = tuple(link for link in links if link.seen.mean() >= SEEN)
    if not kept:
        raise SourceError(f"no two frames of {path} show the same", "take another part: --start")
    return Scene("clip", path.stem, frames, kept)


def films_in(paths: Sequence[Path]) -> list[Path]:
    """Files as they are, folders as the films that lie in them.

    Raises:
        SourceError: there is no such thing.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            endings = (".mp4", ".mkv", ".webm", ".avi", ".mov")
            found += sorted(each for each in path.iterdir() if each.suffix.lower() in endings)
        elif path.exists():
            found.append(path)
        else:
            raise SourceError(f"there is no {path}", "--clips takes films and folders of films")
    return found


def fitted(image: Image, area: int) -> Image:
    """At most that many pixels, in the same proportions."""
    height, width = image.shape[:2]
    scale = (area / (height * width)) ** 0.5
    if scale >= 1:
        return image
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(smaller, np.uint8)


def _moving(name: str, photo: Image, size: tuple[int, int], matrices: Sequence[Matrix]) -> Scene:
    """Frames of that size cut from a photo, each by its matrix."""
    frames = []
    for matrix in matrices:
        frame = cv2.warpAffine(
            photo,
            matrix[:2],
            size[::-1],
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
        frames.append(np.ascontiguousarray(frame, np.uint8))
    links = []
    for first in range(SETTLING, len(matrices) - 1):
        flow = _flow(np.linalg.inv(matrices[first + 1]) @ matrices[first], size)
        links.append(FramePair(first, flow, inside(flow)))
    return Scene("motion", name, tuple(frames), tuple(links))


def _flow(matrix: Matrix, size: tuple[int, int]) -> NDArray[np.float32]:
    """How far each pixel goes by a matrix between two frames."""
    here = places(size).astype(np.float64)
    there = here @ matrix[:2, :2].T + matrix[:2, 2]
    return (there - here).astype(np.float32)


def _placed(scale: float, right: float, down: float) -> Matrix:
    return np.array([[scale, 0, right], [0, scale, down], [0, 0, 1]])
