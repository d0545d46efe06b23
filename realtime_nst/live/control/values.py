"""Kinds of values that a remote control sets, and how text, numbers and knobs become them."""

from collections.abc import Sequence
from enum import StrEnum
from math import isfinite

Value = float | bool | str | None
"""What a client sends: a number, a switch, the name or number of a style, or nothing."""
TOGGLE = "toggle"
"""Sent in place of a switch's value, to change it to the other one."""
SLOTS = 9
"""Number of presets."""


class Kind(StrEnum):
    """What a verb takes."""

    NUMBER = "number"
    SWITCH = "switch"
    STYLE = "style"
    CHOICE = "choice"
    SLOT = "preset"
    TRIGGER = "trigger"


def parse_number(value: Value, low: float, high: float) -> float:
    """Return a number in a range.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        if isfinite(number) and low <= number <= high:
            return number
    raise ValueError(f"{value!r} is not a number from {low:g} to {high:g}")


def parse_switch(value: Value, present: bool) -> bool:
    """Return the state of a switch: a boolean, 0 or 1, or the opposite for ``toggle``.

    Raises:
        ValueError: it is none of these.
    """
    if value == TOGGLE:
        return not present
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    raise ValueError(f"{value!r} is none of true, false and {TOGGLE!r}")


def parse_style(value: Value, styles: Sequence[str]) -> int:
    """Return the position of a style, given by name (in any case) or by number from 1.

    Raises:
        ValueError: there is no such style.
    """
    if isinstance(value, str):
        names = [name.casefold() for name in styles]
        if value.casefold() in names:
            return names.index(value.casefold())
        if not value.isdecimal():
            raise ValueError(f"{value!r} is none of {', '.join(styles)}")
        value = int(value)
    return round(parse_number(value, 1, len(styles))) - 1


def parse_choice(value: Value, choices: Sequence[str]) -> str:
    """Return one of several words, in any case.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str) and value.casefold() in choices:
        return value.casefold()
    raise ValueError(f"{value!r} is none of {', '.join(choices)}")


def parse_slot(value: Value) -> int:
    """Return the number of a preset.

    Raises:
        ValueError: it is none.
    """
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    return round(parse_number(number, 1, SLOTS))
