"""Output files: checks before the work starts, atomic writing and locking."""

import os
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime_nst.errors import NstError, SinkError
from realtime_nst.paths import PROGRAM, beside, cannot_write, is_folder, refuse_device

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCKED_BYTE = 1 << 20
"""Offset of the byte locked on Windows: after the process id, which other processes read."""


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write a file completely or not at all; missing folders are created.

    Args:
        path: the file; an existing one is replaced.
        data: its contents; a string is encoded as UTF-8.

    Raises:
        SinkError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to ``path``; the file replaces ``path`` if no error occurs.

    Raises:
        SinkError: the file cannot be written.
    """
    refuse_device(path)
    # The name is always the same, so that the next run removes the file of a killed one.
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


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, and check that it is writable.

    Raises:
        SinkError: the folder cannot be created, or is not writable.
    """
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot create {folder}: {error.strerror}"
        raise SinkError(message, "choose another folder") from error


def check_file(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Check, before any work, that a result can be written.

    Args:
        path: the result.
        inputs: files the result is made from, which it must not replace.

    Raises:
        SinkError: the path is a folder, a device, an input or locked; see also ``check_folder``.
    """
    if is_folder(path):
        raise SinkError(f"cannot write {path}: it is a folder", "give the name of a file")
    refuse_device(path)
    refuse_inputs([path], inputs)
    check_folder(path.parent)
    if lock_of(path).exists():
        Lock(path).release()


def check_files(results: Iterable[Path], inputs: Collection[Path] = ()) -> None:
    """Check several results of one run; see ``check_file``.

    Raises:
        SinkError: a result cannot be written, or would replace another result.
    """
    results = list(results)
    for result, count in Counter(result.absolute() for result in results).items():
        if count > 1:
            raise SinkError(f"{count} results would all become {result}", "give each its own name")
    for result in results:
        check_file(result, inputs)


def check_folder(folder: Path) -> None:
    """Check that files can be written into a folder, which need not exist yet.

    Raises:
        SinkError: the folder is not writable, or cannot be created.
    """
    refuse_device(folder)
    parents = folder.absolute().parents
    existing = next(path for path in (folder, *parents) if os.path.lexists(path))
    if not existing.is_dir():
        message = f"cannot create {folder}: {existing} is not a folder"
        raise SinkError(message, "choose another folder")
    if not os.access(existing, os.W_OK):
        verb = "write into" if existing == folder else "create"
        raise SinkError(f"cannot {verb} {folder}: Permission denied", "choose another folder")


def refuse_inputs(results: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Check that no result replaces an input, also under another name (a link).

    Raises:
        SinkError: a result is one of the inputs.
    """
    existing = {identity: each for each in results if (identity := _identity(each))}
    for each in inputs if existing else ():
        identity = _identity(each)
        if identity and (result := existing.get(identity)):
            name = "" if each == result else f" {each}"
            message = f"cannot write {result}: it is the input{name}"
            raise SinkError(message, "choose another name for the result")


def _identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode, equal for all names of one file; None if there is no file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def lock_of(result: Path) -> Path:
    """Return the lock file of a result."""
    return beside(result, f"{result.suffix}.lock", hidden=True)


class Lock:
    """Lock that keeps other processes from writing a result until it is released.

    The operating system drops the lock when this process ends, however it ends. A lock file left
    behind blocks nobody; the next lock removes it.

    Args:
        path: the file to lock; missing folders are created.
        result: the path shown in messages, if ``path`` is a temporary file.

    Raises:
        SinkError: another process holds the lock, or the folder is not writable.
    """

    def __init__(self, path: Path, result: Path | None = None) -> None:
        make_folder(path.parent)
        self._path, self._result = lock_of(path), result or path
        self._file: int | None = None
        try:
            while not self._acquire():  # the previous owner has just removed the lock file
                pass
        except NstError:
            raise
        except OSError as error:
            self.release()
            raise cannot_write(self._result, error) from error

    def _acquire(self) -> bool:
        """Lock the file; return whether it is still the file at that path."""
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
        """Release the lock; releasing twice is safe."""
        if self._file is None:
            return
        file, self._file = self._file, None
        if sys.platform != "win32":  # Windows cannot remove an open file
            self._path.unlink(missing_ok=True)
        os.close(file)
        if sys.platform == "win32":
            with suppress(OSError):  # another process has locked it meanwhile
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
    """Lock a file; return False if another process has locked it, True if locks do not exist."""
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
    except OSError:  # some network file systems have no locks
        return True
    return True
