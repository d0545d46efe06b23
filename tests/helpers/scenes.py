"""Photos and films for the measurements."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.image_io.write import write_image
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sinks.video.sink import VideoSink

ASTRONAUT = (512, 512)


def photo() -> Image:
    """512x512 BGR."""
    rgb = data.astronaut()  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(rgb[:, :, ::-1])


def photo_file(folder: Path) -> Path:
    path = folder / "astronaut.png"
    folder.mkdir(parents=True, exist_ok=True)
    write_image(path, photo())
    return path


def panned(step: int, count: int, size: tuple[int, int] = (120, 160)) -> list[Image]:
    """A view that wanders to the right by whole pixels."""
    height, width = size
    views = [photo()[150 : 150 + height, 20 + step * i :][:, :width] for i in range(count)]
    return [np.ascontiguousarray(view) for view in views]


def noisy(frames: list[Image], sigma: float = 2.0) -> list[Image]:
    """The same with a camera's noise."""
    random = np.random.default_rng(1)
    grainy = (frame + random.normal(0, sigma, frame.shape) for frame in frames)
    return [np.clip(frame, 0, 255).round().astype(np.uint8) for frame in grainy]


def film(path: Path, frames: list[Image], rate: int = 25) -> Path:
    """Frames as a video file, without loss."""
    height, width = frames[0].shape[:2]
    info = StreamInfo(path.name, width, height, Fraction(rate), len(frames))
    with VideoSink(path, info, VideoOptions(codec="ffv1")) as sink:
        for index, frame in enumerate(frames):
            sink.write(Frame(frame, index, Fraction(index, rate), 0.0))
    return path


def textured(image: Image, sigma: float = 6.0) -> Image:
    """A style whose strokes depend on every grey level of the picture, as a network's may."""
    grains = np.random.default_rng(0).normal(0, sigma, (256,))
    light = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    painted: Image = np.clip(255 - image + grains[light][..., None], 0, 255).astype(np.uint8)
    return painted
