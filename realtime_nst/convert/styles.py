"""Describe the styles of a conversion, to detect that a resumed one uses others."""

import hashlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

from realtime_nst import __version__
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.models.registry import find_style
from realtime_nst.provenance import without_folders
from realtime_nst.stylize.loading import LoadedStyle
from realtime_nst.stylize.timeline import FADE

NOT_STORED = ("PyAV",)
"""Parts of a description that say nothing about how a file looks."""


def describe_styles(
    styles: Iterable[str], text: str, fade: Fraction | None, tier: str | None, stabilization: float
) -> dict[str, str]:
    """Return everything that determines how a frame is stylized, in human-readable form.

    Args:
        styles: the style names.
        text: the styles with their start times, as the user wrote them.
        fade: seconds from one style to the next; None uses ``FADE``.
        tier: the tier asked for.
        stabilization: strength of the stabilizer.

    Raises:
        ModelError: a style does not exist.
    """
    paths = {find_style(name, tier).model.path for name in styles}
    return {
        "realtime-nst": __version__,
        "PyAV": version("av"),
        "--style": text,
        "the model": " ".join(dict.fromkeys(digest(path) for path in sorted(paths))),
        "--fade": str(FADE if fade is None else fade),
        "--stabilize": f"{stabilization:g}",
    }


def describe_style(loaded: LoadedStyle) -> dict[str, str]:
    """Return the settings of a still image, to be stored in its file."""
    return {
        "realtime-nst": __version__,
        "style": without_folders(loaded.name),
        "model": digest(loaded.choice.model.path),
    }


def stored_settings(styles: Mapping[str, str]) -> dict[str, str]:
    """Return the part of a description of styles that is stored in the result."""
    stored = {
        name.removeprefix("--").removeprefix("the "): text
        for name, text in styles.items()
        if name not in NOT_STORED
    }
    if "@" not in stored.get("style", ""):  # a single style does not fade
        stored.pop("fade", None)
    return stored


def shape_settings(shape: OutputShape) -> dict[str, str]:
    """Return the area and the style controls that are stored in a result; no defaults."""
    area = {"mask": shape.mask} if shape.mask else {}
    return {**area, **shape.controls.changed}


def digest(path: Path) -> str:
    """Return the first 16 digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
