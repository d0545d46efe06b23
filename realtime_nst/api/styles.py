"""The function ``list_styles``."""

from dataclasses import dataclass, replace

from realtime_nst.models.registry import installed_models


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """An installed style and the work of art it was learned from."""

    name: str
    """The name to pass as ``style``: ``"starry-night"``."""
    title: str
    artist: str
    year: str
    tiers: tuple[str, ...]
    """The tiers that have the style: ``("fast", "quality")``."""


def list_styles() -> list[StyleInfo]:
    """Return the installed styles, the user's own first.

    Example:
        >>> [style.name for style in list_styles()]
    """
    found: dict[str, StyleInfo] = {}
    for model in installed_models():
        tier = model.card.tier
        for style in model.card.styles:
            info = StyleInfo(style.name, style.title, style.artist, style.year, ())
            known = found.get(style.name, info)
            tiers = tuple(dict.fromkeys((*known.tiers, tier)))
            found[style.name] = replace(known, tiers=tiers)
    return list(found.values())
