"""Compare names of styles regardless of case, spaces and underscores."""

import re
from collections.abc import Iterable


def normalize(name: str) -> str:
    """Return a name in lower case, with its words joined by hyphens.

    >>> normalize("Starry_Night")
    'starry-night'
    """
    return re.sub(r"[\s_-]+", "-", name.strip()).lower()


def known_name(name: str, known: Iterable[str]) -> str:
    """Return the known name that a name means; the name itself if there is none.

    >>> known_name("Starry Night", ["starry-night", "udnie"])
    'starry-night'
    """
    names = list(known)
    if name in names:
        return name
    return {normalize(each): each for each in reversed(names)}.get(normalize(name), name)
