"""Validate a recipe's values: unknown fields, missing ones, types and ranges."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from realtime_nst.errors import ModelError

T = TypeVar("T")

UNSAFE = set(':,@/\\"')
"""Characters not allowed in names: they have a meaning in ``--style a:0.6,b:0.4`` or in paths."""
EXAMPLES = {
    "name": "sunset",
    "picture": "sunset.jpg",
    "kind": "gram",
    "weight": 1.0,
}
"""Example values, in hints, of fields without a default."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Restriction of a field's values, used in ``Annotated``."""

    text: str
    """Completes the message "is not ..."."""
    accepts: Callable[[Any], bool]


def one_of(*names: str) -> Allowed:
    """Accept only the given strings."""
    return Allowed(f"one of {', '.join(names)}", lambda value: value in names)


def _between(low: float, high: float = math.inf) -> Callable[[Any], bool]:
    return lambda value: low <= value <= high


Name = Annotated[
    str,
    Allowed(f"a name without {' '.join(sorted(UNSAFE))}", lambda v: bool(v) and not UNSAFE & {*v}),
]
Count = Annotated[int, Allowed("a whole number of 1 or more", _between(1))]
Whole = Annotated[int, Allowed("a whole number of 0 or more", _between(0))]
Seed = Annotated[int, Allowed("a whole number from 0 to 4294967295", _between(0, 2**32 - 1))]
Pixels = Annotated[int, Allowed("a whole number from 32 to 8192", _between(32, 8192))]
Factor = Annotated[float, Allowed("a number of 0 or more", _between(0))]
OneOrMore = Annotated[float, Allowed("a number of 1 or more", _between(1))]
Rate = Annotated[float, Allowed("a number above 0", lambda value: value > 0)]

TYPES: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    int: ("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool)),
    float: ("a number", lambda v: isinstance(v, int | float) and _is_finite(v)),
    str: ("a string", lambda v: isinstance(v, str)),
    tuple[str, ...]: (
        "a list of strings",
        lambda v: isinstance(v, tuple) and all(isinstance(each, str) for each in v),
    ),
}
"""By type of a field: its description in messages, and a function that checks a value."""


def _is_finite(value: float) -> bool:
    return not isinstance(value, bool) and math.isfinite(value)


def fill(kind: type[T], values: object, table: str) -> T:
    """Create a dataclass from a table's values.

    Args:
        kind: the dataclass; its fields' types may carry ``Allowed``.
        values: the table as read from TOML or JSON.
        table: its name in messages, e.g. ``[schedule]``.

    Raises:
        ModelError: a field is missing, unknown, or has a value of the wrong type or range.
    """
    if not isinstance(values, Mapping):
        raise ModelError(f"{table} is not a table", f"write {table} on a line of its own")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise _unknown(name, table, list(known))
    for name, field in known.items():
        if name not in values and field.default is MISSING:
            raise ModelError(f"{table} has no {name}", f"add {_example(kind, name)}")
    hints = get_type_hints(kind, include_extras=True)
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    for name, value in given.items():
        _check(kind, name, value, hints[name], table)
    return kind(**given)


def fill_rows(kind: type[T], rows: object, name: str) -> tuple[T, ...]:
    """Create a dataclass from each table of a list such as ``[[styles]]``.

    Raises:
        ModelError: the value is not a list of tables, or see ``fill``.
    """
    if not isinstance(rows, list | tuple) or not rows:
        raise ModelError(f"{name} is not a list of tables", f"start each table with [[{name}]]")
    return tuple(fill(kind, row, f"[[{name}]] {n}") for n, row in enumerate(rows, 1))


def _check(kind: type, name: str, value: object, hint: Any, table: str) -> None:
    base, *allowed = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if base not in TYPES:  # a table that has been filled already
        return
    text, has_type = TYPES[base]
    if not has_type(value) or not all(each.accepts(value) for each in allowed):
        wanted = allowed[0].text if allowed else text
        shown = json.dumps(value, ensure_ascii=False, default=str)
        raise ModelError(
            f"{name} = {shown} in {table} is not {wanted}", f"write {_example(kind, name)}"
        )


def _unknown(name: str, table: str, known: list[str]) -> ModelError:
    close = get_close_matches(name, known, 1)
    guess = f"; did you mean {close[0]}?" if close else ""
    return ModelError(f"{table} has no field {name}{guess}", f"its fields: {', '.join(known)}")


def _example(kind: type, name: str) -> str:
    defaults = {field.name: field.default for field in fields(kind)}
    value = EXAMPLES.get(name) if defaults[name] is MISSING else defaults[name]
    if value is None:
        return f"[[{name}]]"
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
