"""What the doctor finds."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]
"""``warn``: something will not work, or slower than it could. ``fail``: nothing can be painted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    about: str
    """``cameras``."""
    line: str
    """What was found, in one line."""
    hint: str = ""
    """What to type. Of a thing that is well: how to get more of it, if there is more."""
