"""A session that is opened when its first frame size is requested."""

from collections.abc import Callable

from realtime_nst.frame import Image
from realtime_nst.inference.engines import StyleWeights
from realtime_nst.inference.session import Session
from realtime_nst.live.adaptive_resolution import Size


class LazySession:
    """A session for frames of prepared sizes.

    ``prepare`` may be called on another thread than ``run`` and ``release``.

    Args:
        open_at: opens the session for a height and width.
        session: the session, if it is open already.
    """

    def __init__(
        self, open_at: Callable[[tuple[int, int]], Session], session: Session | None = None
    ) -> None:
        self._open_at, self._session = open_at, session

    def prepare(self, size: Size) -> None:
        """Compile the model for a width and height; the first call opens it.

        Raises:
            NstError: the model cannot be opened.
        """
        width, height = size
        self._session = self._session or self._open_at((height, width))
        self._session.prepare((height, width))

    def release(self, size: Size) -> None:
        """Free the memory of a width and height."""
        width, height = size
        if self._session:
            self._session.release((height, width))

    def run(self, image: Image, weights: StyleWeights | None = None) -> Image:
        """Stylize an image of a prepared size; see ``Session.run``."""
        if self._session is None:
            raise RuntimeError("prepare() must be called before run()")
        return self._session.run(image, weights)
