"""Where results go: one check before the work, one atomic writer, one lock."""

import errno
import os
import stat
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime_nst.errors import NstError, SinkError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MAX_STEM_BYTES = 200
"""Length of a stem that endings are added to: file systems allow 255 bytes for a whole name."""
PROGRAM = "realtime-nst"
"""Part of the name of every temporary file, so that it is none of the user's."""
LOCKED_BYTE = 1 << 20
"""The byte that Windows locks: behind the process's number, which others must be able to read."""


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write a file as a whole or not at all; its folder is made.

    Raises:
        SinkError: it cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a name next to ``path`` to write to; that file takes its place if nothing goes wrong.

    Raises:
        SinkError: it cannot be written.
    """
    refuse_device(path)
    # Always the same one, so that the next run removes what a killed one has left.
    temporary = beside(path, f".{PROGRAM}{path.suffix}", hidden=True)
    with Lock(temporary, path):
        try:
            yield temporary
            temporary.replace(path)
        except NstError:
            raise
        except OSError as error:
            raise cannot_write(path, error) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def beside(path: Path, ending: str, *, hidden: bool = False) -> Path:
    """Return a name next to a file: its stem with another ending, shortened where it is too long.

    >>> beside(Path("videos/a.mp4"), ".partial.mp4").name
    'a.partial.mp4'
    """
    path = path if path.name else path.absolute()  # "." has no name
    stem = path.stem
    if len(os.fsencode(stem)) > MAX_STEM_BYTES:
        digest = sha256(os.fsencode(path.name)).hexdigest()[:16]
        cut = os.fsencode(stem)[: MAX_STEM_BYTES - len(digest) - 1]
        stem = f"{cut.decode(errors='ignore')}~{digest}"
    return path.with_name(f"{'.' if hidden else ''}{stem}{ending}")


def make_folder(folder: Path) -> None:
    """Make a folder, with all above it, that files can be written into.

    Raises:
        SinkError: it cannot be made, or it may not be written into.
    """
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot make {folder}: {error.strerror}"
        raise SinkError(message, "choose another place") from error


def check_file(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Check before any work that a result can be written.

    Raises:
        SinkError: it is a folder, a device, one of the inputs or locked, or see ``check_folder``.
    """
    if is_folder(path):
        raise SinkError(f"{path} is a folder, not a file", "give a file's name too")
    refuse_device(path)
    refuse_inputs([path], inputs)
    check_folder(path.parent)
    if lock_of(path).exists():
        Lock(path).release()


def check_files(results: Iterable[Path], inputs: Collection[Path] = ()) -> None:
    """Check several results of one run, see ``check_file``.

    Raises:
        SinkError: one of them cannot be written, or would replace another one.
    """
    results = list(results)
    for result, count in Counter(result.absolute() for result in results).items():
        if count > 1:
            raise SinkError(f"{count} results would all become {result}", "give each its own name")
    for result in results:
        check_file(result, inputs)


def check_folder(folder: Path) -> None:
    """Check that files can be written into a folder, which need not be there yet.

    Raises:
        SinkError: it may not be written into, or it cannot be made.
    """
    refuse_device(folder)
    there = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not there.is_dir():
        message = f"cannot make {folder}: {there} is not a folder"
        raise SinkError(message, "choose another place")
    if not os.access(there, os.W_OK):
        verb = "write into" if there == folder else "make"
        raise SinkError(f"cannot {verb} {folder}: Permission denied", "choose another place")


def refuse_inputs(results: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Check that results replace none of the files they are made from, by whatever name.

    Raises:
        SinkError: one would.
    """
    there = {identity: each for each in results if (identity := _identity(each))}
    for each in inputs if there else ():
        identity = _identity(each)
        if identity and (result := there.get(identity)):
            name = "" if each == result else f" {each}"
            message = f"{result} is the input{name}, which would be written over"
            raise SinkError(message, "choose another name for the result")


def _identity(path: Path) -> tuple[int, int] | None:
    """The same for all names of one file; None: there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def refuse_device(path: Path) -> None:
    """Check that a result is a file, or can become one: a pipe would be replaced by a file.

    Raises:
        SinkError: it is a pipe or a device, or no file can have such a name.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    except OSError as error:
        raise cannot_write(path, error) from error
    if is_device(path):
        hint = "give the name of a file; `realtime-nst video IN -` writes to a pipe"
        raise SinkError(f"cannot write {path}: it is a pipe or a device, not a file", hint)


def is_folder(path: Path) -> bool:
    """Return whether a folder is there; nothing has a name that is too long."""
    return exists(path) and path.is_dir()


def exists(path: Path) -> bool:
    """Return whether anything is there; nothing has a name that is too long."""
    try:
        return path.exists()
    except OSError:
        return False


def is_device(path: Path) -> bool:
    """Return whether something is there that is neither a file nor a folder."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def cannot_write(path: Path, error: OSError) -> SinkError:
    """Return the error for a user of what the system refused."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "make room on the disk, or choose another place" if full else "choose another place"
    hint = "choose a shorter name" if error.errno == errno.ENAMETOOLONG else hint
    return SinkError(f"cannot write {path}: {error.strerror or error}", hint)


def lock_of(result: Path) -> Path:
    """Return the file that is locked while a result is written."""
    return beside(result, f"{result.suffix}.lock", hidden=True)


class Lock:
    """Keeps other processes from writing a result, until it is released or this process ends.

    The system forgets the lock with the process, however that ends; the file that is left then
    hinders nobody, and goes with the next lock.

    Args:
        path: a file; its folder is made.
        result: what it will become, for messages.

    Raises:
        SinkError: another process is writing it, or nothing can be written there.
    """

    def __init__(self, path: Path, result: Path | None = None) -> None:
        make_folder(path.parent)
        self._path, self._result = lock_of(path), result or path
        self._file: int | None = None
        try:
            while not self._take():  # whoever had it has just removed the file
                pass
        except NstError:
            raise
        except OSError as error:
            self.release()
            raise cannot_write(self._result, error) from error

    def _take(self) -> bool:
        """Lock the file; return whether it still is the one that others would lock."""
        file = self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _try_to_lock(file):
            owner = os.read(file, 20).decode(errors="replace")
            os.close(file)
            message = f"another {PROGRAM} ({owner or 'just started'}) is writing {self._result}"
            raise SinkError(message, "wait for it, or choose another name for the result")
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), self._path.stat()):
                os.ftruncate(file, 0)
                os.write(file, str(os.getpid()).encode())
                return True
        os.close(file)
        self._file = None
        return False

    def release(self) -> None:
        """Let others write the result; releasing twice is safe."""
        if self._file is None:
            return
        file, self._file = self._file, None
        if sys.platform != "win32":  # only there a file that is open cannot be removed
            self._path.unlink(missing_ok=True)
        os.close(file)
        if sys.platform == "win32":
            with suppress(OSError):  # somebody else has locked it meanwhile
                self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _try_to_lock(file: int) -> bool:
    """Return whether no other process has locked a file; true where nothing can be locked."""
    try:
        if sys.platform == "win32":
            os.lseek(file, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        os.lseek(file, 0, os.SEEK_SET)
        return False
    except OSError:  # some network file systems know no locks
        return True
    return True
