"""Send the log of the package to stderr and to a file."""

import logging
import time
from pathlib import Path

from realtime_nst.cli import messages
from realtime_nst.errors import SinkError
from realtime_nst.paths import refuse_device

LEVELS = ("debug", "info", "warning", "error")
"""Levels of ``--log-level``, by the amount of text."""
PACKAGE = logging.getLogger("realtime_nst")
FILE_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class _Stderr(logging.Handler):
    """Prints records, except messages, which have been printed already."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == messages.LOG.name:
            return
        level, text = record.levelname.lower(), self.format(record)
        fields = {"stage": "log", "level": level, "logger": record.name, "text": text}
        if messages.console.as_json:
            messages.write_fields(fields)
        else:
            messages.write(f"{level}: {record.name}: {text}")


def set_up(level: int, file: Path | None = None, file_level: int = logging.DEBUG) -> None:
    """Replace the handlers of the package's log.

    Args:
        level: lowest level that is printed to stderr.
        file: a file to append to; None for none.
        file_level: lowest level that is written to it.

    Raises:
        SinkError: the file cannot be written.
    """
    for handler in list(PACKAGE.handlers):
        PACKAGE.removeHandler(handler)
        handler.close()
    handlers: list[logging.Handler] = [_Stderr(level)]
    if file:
        handlers.append(_file_handler(file, file_level))
    for handler in handlers:
        PACKAGE.addHandler(handler)
    PACKAGE.setLevel(min(handler.level for handler in handlers))


def _file_handler(file: Path, level: int) -> logging.Handler:
    refuse_device(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}"
        raise SinkError(message, "choose another --log-file") from error
    formatter = logging.Formatter(FILE_FORMAT, "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.setLevel(level)
    return handler
