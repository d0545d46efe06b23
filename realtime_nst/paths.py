"""Check what a path is, and name files next to it."""

import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

from realtime_nst.errors import SinkError

MAX_STEM_BYTES = 200
"""Longest stem in bytes: endings are added to it, and file systems allow 255 bytes per name."""
PROGRAM = "realtime-nst"
"""Part of the name of every temporary file, to tell it from the user's files."""


def beside(path: Path, ending: str, *, hidden: bool = False) -> Path:
    """Return a path next to a file: its stem, shortened if too long, with another ending.

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


def refuse_device(path: Path) -> None:
    """Check that a path is not a pipe or a device, which an atomic write would replace by a file.

    Raises:
        SinkError: the path is a pipe or a device, or not a valid file name.
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
    """Return whether a path is an existing folder; False for a name that is too long."""
    return exists(path) and path.is_dir()


def exists(path: Path) -> bool:
    """Return whether a path exists; False for a name that is too long."""
    try:
        return path.exists()
    except OSError:
        return False


def is_device(path: Path) -> bool:
    """Return whether a path exists and is neither a file nor a folder."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def cannot_write(path: Path, error: OSError) -> SinkError:
    """Return the error for a write that the operating system refused."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "free disk space, or choose another folder" if full else "choose another folder"
    hint = "choose a shorter name" if error.errno == errno.ENAMETOOLONG else hint
    return SinkError(f"cannot write {path}: {error.strerror or error}", hint)
