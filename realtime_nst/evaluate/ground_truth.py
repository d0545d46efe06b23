"""Frames whose motion was measured: Middlebury (Baker et al. 2011), Sintel (Butler et al. 2012).

A scene is a folder with numbered pictures and one ``.flo`` file of the same number as the frame it
begins at. White in ``occlusions_*.png`` is hidden in the next frame, in ``invalid_*.png`` unknown.
"""

import re
from pathlib import Path

import cv2
import numpy as np

from realtime_nst.errors import SourceError
from realtime_nst.evaluate.scenes import Scene
from realtime_nst.evaluate.warping import Flow, FramePair, Mask, inside
from realtime_nst.image_io.read import read_image

TAG = 202021.25
"""What a .flo file begins with; written little-endian, it reads PIEH."""
UNKNOWN = 1e9
"""Motions above this are none."""
MASKS = ("occlusions_*.png", "invalid_*.png")


def truth_scenes(root: Path) -> list[Scene]:
    """Every scene below a folder.

    Raises:
        SourceError: there is none, or one cannot be read.
    """
    scenes = [_scene(path) for path in sorted(root.rglob("*.flo"))]
    if not scenes:
        raise SourceError(f"no .flo file below {root}", "a folder a scene: frames and one .flo")
    return scenes


def read_flow(path: Path) -> tuple[Flow, Mask]:
    """(height, width, 2) pixels right and down, and where they are known.

    Raises:
        SourceError: it is no flow field.
    """
    stored = path.read_bytes()
    size = np.frombuffer(stored[4:12], "<i4")
    if len(stored) < 12 or np.frombuffer(stored[:4], "<f4")[0] != TAG:
        raise SourceError(f"{path} is no Middlebury flow file", "it must begin with PIEH")
    if len(stored) != 12 + 8 * int(size.prod()):
        raise SourceError(f"{path} is not whole", "fetch it again")
    flow = np.frombuffer(stored[12:], "<f4").reshape(size[1], size[0], 2)
    known: Mask = (np.abs(flow) < UNKNOWN).all(axis=2)
    return np.where(known[..., None], flow, 0).astype(np.float32), known


def _scene(path: Path) -> Scene:
    flow, known = read_flow(path)
    number = _number(path)
    masks = {mask for pattern in MASKS for mask in path.parent.glob(pattern)}
    pictures = sorted(set(path.parent.glob("*.png")) - masks, key=_number)
    # Before the pair, the frames that lead up to it without a gap.
    numbers = [_number(picture) for picture in pictures]
    if number not in numbers or number + 1 not in numbers:
        raise SourceError(f"{path} leads between frames that are missing", "see its folder")
    last = numbers.index(number + 1)
    begin = last
    while begin > 0 and numbers[begin - 1] == numbers[begin] - 1:
        begin -= 1
    frames = tuple(read_image(picture) for picture in pictures[begin : last + 1])
    if frames[-1].shape[:2] != flow.shape[:2]:
        raise SourceError(f"{path} has another size than its frames", "see its folder")
    hidden = np.zeros(known.shape, bool)
    for mask in masks:
        if _number(mask) == number:
            hidden |= cv2.cvtColor(read_image(mask), cv2.COLOR_BGR2GRAY) > 127
    seen = known & inside(flow) & ~hidden
    return Scene("truth", path.parent.name, frames, (FramePair(len(frames) - 2, flow, seen),))


def _number(path: Path) -> int:
    found = re.findall(r"\d+", path.stem)
    if not found:
        raise SourceError(f"{path} has no number in its name", "frame10.png, flow10.flo")
    return int(found[-1])
