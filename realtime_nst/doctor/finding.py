"""Findings of the doctor."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]
"""``warn``: something does not work, or is slower than necessary. ``fail``: stylization is
impossible."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of checking one thing."""

    level: Level
    about: str
    """Subject: ``cameras``."""
    line: str
    """Description in one line."""
    hint: str = ""
    """Command that fixes the problem; at level ``ok``, an optional improvement."""
