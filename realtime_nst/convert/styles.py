"""Describe the styles of a conversion, to detect that a resumed one uses others."""

import hashlib
from collections.abc import Iterable
from fractions import Fraction
from importlib.metadata import version

from realtime_nst import __version__
from realtime_nst.models.registry import find_style
from realtime_nst.stylize.timeline import FADE


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
    models = (hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(paths))
    return {
        "realtime-nst": __version__,
        "PyAV": version("av"),
        "--style": text,
        "the model": " ".join(models),
        "--fade": str(FADE if fade is None else fade),
        "--stabilize": f"{stabilization:g}",
    }
