"""Reload model files that change while a session runs, such as that of a running training."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple, Protocol

from realtime_nst.closing import Closing
from realtime_nst.errors import NstError

INTERVAL = 0.5
"""Seconds between two looks at the files; a file is reloaded if it is the same at both."""


class Reloadable(Protocol):
    """A model that can be opened again, for example a ``LazySession``."""

    def reload(self) -> None:
        """Open the file again, and use it from the next frame on.

        Raises:
            NstError: the file is not a valid model; the previous one stays.
        """
        ...


class _Version(NamedTuple):
    """What tells two versions of a file apart."""

    modified: int
    size: int
    inode: int


class HotReload(Closing):
    """Watches model files on a thread of its own until it is closed.

    Args:
        models: models by the file that they were opened from.
        notify: shows a message to the user.
    """

    def __init__(
        self, models: Mapping[Path, Sequence[Reloadable]], notify: Callable[[str], None]
    ) -> None:
        self._models, self._notify = models, notify
        self._used = {path: _version(path) for path in models}
        self._seen = dict(self._used)
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="hot-reload")
        self._thread.start()

    def check(self) -> None:
        """Reload the files that have changed before the last call, but not since then.

        A file that is still being written changes between two calls, and one that disappears is
        about to be replaced. A file that is no model is reported once.
        """
        for path, models in self._models.items():
            before, self._seen[path] = self._seen[path], _version(path)
            present = self._seen[path]
            if present and present == before and present != self._used[path]:
                self._used[path] = present
                self._reload(path, models)

    def _reload(self, path: Path, models: Sequence[Reloadable]) -> None:
        try:
            for model in models:
                model.reload()
        except NstError as error:
            self._notify(f"the previous model stays: {error}")
        else:
            self._notify(f"reloaded {path}")

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.check()

    def close(self) -> None:
        """Stop watching; a model that is being reloaded is waited for."""
        self._stop.set()
        self._thread.join()


def _version(path: Path) -> _Version | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Version(found.st_mtime_ns, found.st_size, found.st_ino)
