"""A session that is opened when its first frame size is requested."""

from collections.abc import Callable
from threading import Lock

from realtime_nst.frame import Image
from realtime_nst.inference.engines import StyleWeights
from realtime_nst.inference.session import Session
from realtime_nst.live.adaptive_resolution import Size


class LazySession:
    """A session for frames of prepared sizes.

    ``prepare`` and ``reload`` may be called on other threads than ``run`` and ``release``.

    Args:
        open_at: opens the session for a height and width.
        session: the session, if it is open already.
        reopen_at: opens the session for a height and width, from a file that has changed; None
            opens it as at first.
    """

    def __init__(
        self,
        open_at: Callable[[tuple[int, int]], Session],
        session: Session | None = None,
        reopen_at: Callable[[tuple[int, int]], Session] | None = None,
    ) -> None:
        self._open_at, self._session, self._reopen_at = open_at, session, reopen_at or open_at
        self._sizes: set[Size] = set()
        self._opening = Lock()

    def prepare(self, size: Size) -> None:
        """Compile the model for a width and height; the first call opens it.

        Raises:
            NstError: the model cannot be opened.
        """
        width, height = size
        with self._opening:
            self._session = self._session or self._open_at((height, width))
            self._session.prepare((height, width))
            self._sizes.add(size)

    def reload(self) -> None:
        """Open the session again for the present sizes; ``run`` goes on with the previous one.

        Raises:
            NstError: the model cannot be opened; the previous session stays.
        """
        with self._opening:
            if not self._sizes:  # not open yet
                return
            sizes = [(height, width) for width, height in sorted(self._sizes)]
            session = self._reopen_at(sizes[0])
            for size in sizes:
                session.prepare(size)
            self._session = session

    def release(self, size: Size) -> None:
        """Free the memory of a width and height."""
        width, height = size
        self._sizes.discard(size)
        if self._session:
            self._session.release((height, width))

    def run(self, image: Image, weights: StyleWeights | None = None) -> Image:
        """Stylize an image of a prepared size; see ``Session.run``."""
        if self._session is None:
            raise RuntimeError("prepare() must be called before run()")
        return self._session.run(image, weights)
