"""Rows for people."""

from collections.abc import Sequence

GAP = "  "
SHORTEST = 8
"""Characters that a column keeps."""


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as lines, with the cells of a column below one another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = ([cell.ljust(w) for cell, w in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(GAP.join(row).rstrip() for row in cells)


def fitted(rows: Sequence[Sequence[str]], width: int, columns: Sequence[int]) -> list[list[str]]:
    """Return rows whose table is at most so many characters wide, long cells cut off.

    Args:
        rows: of equal length.
        width: of the terminal.
        columns: which to cut, the first as far as possible before the next.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    for column in columns:
        cut = max(0, min(over, widths[column] - SHORTEST))
        widths[column] -= cut
        over -= cut
    return [[_cut(cell, w) for cell, w in zip(row, widths, strict=True)] for row in rows]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3].rstrip()}..."
