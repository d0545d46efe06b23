"""Ground-truth optical flow: Middlebury (Baker et al. 2011), Sintel (Butler et al. 2012).

A scene is a folder with numbered images and one ``.flo`` file with the number of its first frame.
White in ``occlusions_*.png`` is hidden in the next frame, white in ``invalid_*.png`` is unknown.
"""

import re
from pathlib import Path

import cv2
import numpy as np

from realtime_nst.errors import SourceError
from realtime_nst.evaluate.scenes import Scene
from realtime_nst.evaluate.warping import Flow, FramePair, Mask, inside
from realtime_nst.image_io.read import read_image

TAG = b"PIEH"
"""First bytes of a .flo file: 202021.25 as a little-endian float."""
HEADER_BYTES = 12
"""The tag, the width and the height."""
UNKNOWN = 1e9
"""Pixels; larger motions mark unknown ones, as in Middlebury's own code."""
MASKS = ("occlusions_*.png", "invalid_*.png")
"""File names of masks, white where a pixel of the frame is not to be judged."""


def truth_scenes(root: Path) -> list[Scene]:
    """Return every scene below a folder.

    Raises:
        SourceError: there is none, or one cannot be read.
    """
    scenes = [_scene(path) for path in sorted(root.rglob("*.flo"))]
    if not scenes:
        message = f"cannot read {root}: there is no .flo file in it"
        raise SourceError(message, "give each scene a folder with its frames and one .flo file")
    return scenes


def read_flow(path: Path) -> tuple[Flow, Mask]:
    """Read a Middlebury flow file.

    Returns:
        The flow, (height, width, 2) float32 in pixels right and down, 0 where it is unknown; and
        where it is known, (height, width) bool.

    Raises:
        SourceError: the file is damaged, or is not a flow file.
    """
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or not header.startswith(TAG):
        message = f"cannot read {path}: it is not a Middlebury flow file"
        raise SourceError(message, "use a file that begins with PIEH")
    width, height = np.frombuffer(header[len(TAG) :], "<i4").tolist()
    flow = cv2.readOpticalFlow(str(path))
    if path.stat().st_size != HEADER_BYTES + 8 * width * height or flow is None:
        raise SourceError(f"cannot read {path}: it is truncated", "download it again")
    known: Mask = np.asarray((np.abs(flow) < UNKNOWN).all(axis=2), np.bool_)
    return np.where(known[..., None], flow, 0).astype(np.float32), known


def _scene(path: Path) -> Scene:
    flow, known = read_flow(path)
    number = _number(path)
    masks = {mask for pattern in MASKS for mask in path.parent.glob(pattern)}
    images = sorted(set(path.parent.glob("*.png")) - masks, key=_number)
    # Before the pair, the frames that lead up to it without a gap.
    numbers = [_number(image) for image in images]
    if number not in numbers or number + 1 not in numbers:
        message = f"cannot use {path}: it refers to frames that are missing"
        raise SourceError(message, f"add frames {number} and {number + 1} to its folder")
    last = numbers.index(number + 1)
    begin = last
    while begin > 0 and numbers[begin - 1] == numbers[begin] - 1:
        begin -= 1
    frames = tuple(read_image(image) for image in images[begin : last + 1])
    if frames[-1].shape[:2] != flow.shape[:2]:
        message = f"cannot use {path}: its size differs from that of its frames"
        raise SourceError(message, "use the frames that the flow was measured on")
    hidden = np.zeros(known.shape, bool)
    for mask in masks:
        if _number(mask) == number:
            hidden |= cv2.cvtColor(read_image(mask), cv2.COLOR_BGR2GRAY) > 127
    seen = known & inside(flow) & ~hidden
    return Scene("truth", path.parent.name, frames, (FramePair(len(frames) - 2, flow, seen),))


def _number(path: Path) -> int:
    found = re.findall(r"\d+", path.stem)
    if not found:
        message = f"cannot use {path}: there is no number in its name"
        raise SourceError(message, "name files as in frame10.png and flow10.flo")
    return int(found[-1])
