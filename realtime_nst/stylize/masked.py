"""Stylize only the people in frames, or only what is around them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from realtime_nst.errors import ImageError
from realtime_nst.frame import Frame, Image
from realtime_nst.people.person_mask import Mask, PersonMask

PERSON, BACKGROUND = "person", "background"
AREAS = (PERSON, BACKGROUND)
"""What can be stylized alone."""


def check_area(area: str | None) -> None:
    """Check the name of an area; None is the whole image.

    Raises:
        ImageError: there is no such area.
    """
    if area is not None and area not in AREAS:
        raise ImageError(
            f"cannot mask {area!r}: there is no such area", f"use {' or '.join(AREAS)}"
        )


def composite(before: Image, after: Image, mask: Mask, area: str) -> Image:
    """Return ``after`` inside an area and ``before`` elsewhere.

    Args:
        before: the frame.
        after: the stylized frame, of the same size.
        mask: mask of the people in it.
        area: a name of ``AREAS``.
    """
    people, others = (after, before) if area == PERSON else (before, after)
    return np.ascontiguousarray(cv2.blendLinear(people, others, mask, 1 - mask), np.uint8)


def stylize_area(
    before: Image, stylize: Callable[[], Image], find_people: Callable[[], Mask], area: str
) -> Image:
    """Stylize an area of a frame; people are found on another thread meanwhile.

    Args:
        before: the frame.
        stylize: returns the stylized frame, of the same size.
        find_people: returns the mask of the people in the frame.
        area: a name of ``AREAS``.
    """
    with ThreadPoolExecutor(1, "person-mask") as thread:
        mask = thread.submit(find_people)
        return composite(before, stylize(), mask.result(), area)


class MaskedStylizer:
    """Stylizes an area of the frames of one video. Called on one thread.

    Args:
        stylize: stylizes a frame.
        area: a name of ``AREAS``.
        every: number of frames after which the video can be resumed.
        mask: finds the people; a new ``PersonMask``.
    """

    def __init__(
        self,
        stylize: Callable[[Frame], Frame],
        area: str,
        every: int = 1,
        mask: PersonMask | None = None,
    ) -> None:
        self._stylize, self._area, self._every = stylize, area, every
        self._mask = mask or PersonMask(steady=True)
        self._states: dict[int, Image] = {}

    def __call__(self, frame: Frame) -> Frame:
        """Return the frame, stylized in the area."""
        before = frame.image
        after = stylize_area(
            before, lambda: self._stylize(frame).image, lambda: self._mask(before), self._area
        )
        done = frame.index + 1
        if done % self._every == 0 and self._mask.memory is not None:
            self._states[done] = self._mask.memory
        return frame.with_image(after)

    def state(self, frames: int) -> Sequence[Image]:
        """Return the state after a number of frames, and drop all earlier states.

        Args:
            frames: number of frames; must not decrease between calls.

        Returns:
            The mask that the next one depends on; empty if there is no state.
        """
        for old in [done for done in tuple(self._states) if done < frames]:  # another thread adds
            del self._states[old]
        return [self._states[frames]] if frames in self._states else ()

    def restore(self, memory: Sequence[Image]) -> None:
        """Restore a state returned by ``state``."""
        (self._mask.memory,) = memory
