"""Base class for objects that are closed at the end of a ``with`` block."""

from typing import Self


class Closing:
    """A context manager that calls ``close`` on exit, whatever was raised.

    >>> class Door(Closing):
    ...     def close(self) -> None:
    ...         print("closed")
    >>> with Door():
    ...     print("open")
    open
    closed
    """

    def close(self) -> None:
        """Release what the object holds; the base class holds nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
