"""A model as the thing the pipeline wants: a frame in, a frame out."""

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Frame
from realtime_nst.inference.session import Session


class Stylizer:
    """Paints frames in one style, or in a blend of a model's styles. Called on one thread."""

    def __init__(self, session: Session, weights: NDArray[np.float32] | None = None) -> None:
        self._session, self._weights = session, weights

    def __call__(self, frame: Frame) -> Frame:
        """The same moment, painted."""
        return frame.with_image(self._session.run(frame.image, self._weights))
