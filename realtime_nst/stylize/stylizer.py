"""A function from a frame to its stylized frame, as the pipeline calls it."""

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Frame
from realtime_nst.inference.session import Session


class SessionStylizer:
    """Stylizes frames in one style, or in a blend of a model's styles. Called on one thread.

    Args:
        session: the model to run.
        weights: (styles,) weight of each style; None if the session has them baked in.
    """

    def __init__(self, session: Session, weights: NDArray[np.float32] | None = None) -> None:
        self._session, self._weights = session, weights

    def __call__(self, frame: Frame) -> Frame:
        """Return the stylized frame, with the timestamp of the given one."""
        return frame.with_image(self._session.run(frame.image, self._weights))
