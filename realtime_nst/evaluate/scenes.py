"""Scenes to measure stability on: short videos with known or estimated motion."""

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
"""Standard deviation in grey levels of a webcam's noise in a lit room."""
PAN = (0.37, 0.21)
"""Pixels per frame, right and down: subpixel offsets do not repeat."""
ZOOM = 1.004
"""Scale per frame."""
SOFTNESS = 0.6
"""Standard deviation in pixels of the blur of synthetic videos, as by a lens: details below a pixel
would flicker by themselves."""
PART = 0.94
"""Share of the photo that a frame of a pan shows."""
MADE = 16
"""Number of frames of a synthetic video."""
SETTLING = 3
"""Number of first frames of a synthetic video that are not measured, while the state builds up."""
SEEN = 0.25
"""Minimum share of a frame that is visible in the next; below it there is a cut."""

Matrix = NDArray[np.float64]
"""(3, 3), from homogeneous coordinates in a frame to those in a photo."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A video to stylize, with the pairs of frames whose motion is known."""

    kind: Kind
    name: str
    frames: tuple[Image, ...]
    links: tuple[FramePair, ...]


def noise_scene(path: Path, area: int) -> Scene:
    """Return a scene of a static camera: a photo with new noise in every frame.

    Args:
        path: the photo.
        area: maximum number of pixels of a frame.
    """
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
    """Return a pan and a zoom over a photo, by subpixel steps, with exact flow.

    Args:
        path: the photo.
        area: maximum number of pixels of a frame.
    """
    photo = read_image(path)
    height, width = fitted(photo, area).shape[:2]
    # At twice the resolution of the frames, so that interpolation costs no sharpness.
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
    """Return the first frames of a video, with estimated motion.

    Args:
        path: the video.
        area: maximum number of pixels of a frame.
        count: number of frames.
        start: time of the first frame in seconds.

    Raises:
        SourceError: the video cannot be read, or has a cut after every frame.
    """
    with VideoSource(path, ReadOptions(start=start)) as source:
        frames = tuple(fitted(frame.image, area) for frame in islice(source, count))
    links = [found_link(frames, first) for first in range(len(frames) - 1)]
    kept = tuple(link for link in links if link.seen.mean() >= SEEN)
    if not kept:
        message = f"no two frames of {path} show the same scene"
        raise SourceError(message, "use another part of it: --start")
    return Scene("clip", path.stem, frames, kept)


def films_in(paths: Sequence[Path]) -> list[Path]:
    """List files, and the videos in folders.

    Raises:
        SourceError: a path does not exist.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            endings = (".mp4", ".mkv", ".webm", ".avi", ".mov")
            found += sorted(each for each in path.iterdir() if each.suffix.lower() in endings)
        elif path.exists():
            found.append(path)
        else:
            raise SourceError(f"there is no {path}", "give --clips videos or folders of videos")
    return found


def fitted(image: Image, area: int) -> Image:
    """Reduce an image to at most ``area`` pixels, with its aspect ratio."""
    height, width = image.shape[:2]
    scale = (area / (height * width)) ** 0.5
    if scale >= 1:
        return image
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(smaller, np.uint8)


def _moving(name: str, photo: Image, size: tuple[int, int], matrices: Sequence[Matrix]) -> Scene:
    """Return a scene of frames sampled from a photo, each by its matrix."""
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
    """Return the flow of a matrix between two frames."""
    here = places(size).astype(np.float64)
    there = here @ matrix[:2, :2].T + matrix[:2, 2]
    return (there - here).astype(np.float32)


def _placed(scale: float, right: float, down: float) -> Matrix:
    return np.array([[scale, 0, right], [0, scale, down], [0, 0, 1]])
