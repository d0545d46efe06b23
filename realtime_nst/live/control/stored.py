"""Read what a session has stored in a JSON file: presets and MIDI assignments."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from realtime_nst.errors import ControlError

T = TypeVar("T")


def read_stored(path: Path, parse: Callable[[Any], dict[Any, T]], what: str) -> dict[Any, T]:
    """Return the parsed contents of a JSON file, empty if there is none.

    Args:
        path: the file.
        parse: from the values in the file; a ValueError, KeyError, TypeError or AttributeError
            says that they are of another kind.
        what: what the file should contain, for the message.

    Raises:
        ControlError: the file cannot be read, or holds something else.
    """
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ControlError(f"cannot read {path}: {error.strerror}", "give another file") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"cannot read {path}: it has no {what}"
        raise ControlError(message, "remove the file, or give another one") from error
