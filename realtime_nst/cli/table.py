"""Format rows as a table for the terminal."""

from collections.abc import Sequence

GAP = "  "
"""Characters between two columns."""
MIN_COLUMN_WIDTH = 8
"""Smallest width in characters of a shortened column: five and an ellipsis."""


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = ([cell.ljust(w) for cell, w in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(GAP.join(row).rstrip() for row in cells)


def fitted(rows: Sequence[Sequence[str]], width: int, columns: Sequence[int]) -> list[list[str]]:
    """Return rows whose table fits a width, with long cells shortened.

    Args:
        rows: rows with the same number of cells.
        width: width of the terminal in characters.
        columns: columns to shorten; the first as far as possible before the next.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    for column in columns:
        cut = max(0, min(over, widths[column] - MIN_COLUMN_WIDTH))
        widths[column] -= cut
        over -= cut
    return [[_shorten(cell, w) for cell, w in zip(row, widths, strict=True)] for row in rows]


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3].rstrip()}..."
