"""Open what films are painted with."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import typer

from realtime_nst import __version__
from realtime_nst.cli import words
from realtime_nst.errors import NstError
from realtime_nst.shape import Shape, shaped
from realtime_nst.sinks.codecs import PIPE
from realtime_nst.sources import open_source
from realtime_nst.stylize.engines import Size
from realtime_nst.stylize.models import Choice, find_style
from realtime_nst.stylize.session import USUAL, Session, open_session
from realtime_nst.stylize.stylizer import SMALLEST, Stylizer
from realtime_nst.stylize.temporal import DEFAULT_STRENGTH
from realtime_nst.stylize.timeline import FADE, Cue, Timeline


@dataclass(frozen=True, slots=True)
class Engine:
    """What styles shall run on."""

    tier: str | None
    device: str
    precision: str
    threads: int | None


def open_timeline(
    styles: Mapping[Fraction, str], fade: Fraction | None, engine: Engine, size: Size | None
) -> Timeline:
    """Open styles by the moments they begin, each in a session of its own."""
    cues = []
    for start, style in styles.items():
        choice = find_style(style, engine.tier)
        since = f" from {float(start):g} s" if start else ""
        cues.append(Cue(start, _session(style + since, choice, engine, size), choice.as_input()))
    return Timeline(cues, FADE if fade is None else fade)


def open_style(style: str, engine: Engine) -> Stylizer:
    """Open a style for pictures of whatever size."""
    return Stylizer(_session(style, find_style(style, engine.tier), engine, None))


def _session(about: str, choice: Choice, engine: Engine, size: Size | None) -> Session:
    """Open what was found, and say what it runs on and why."""
    session = open_session(
        choice.model.path,
        engine.device,
        threads=engine.threads,
        precision=engine.precision,
        weights=choice.weights,
        size=size or USUAL,
    )
    card = session.card
    if choice.note:
        typer.echo(f"note: {choice.note}", err=True)
    typer.echo(f"{about} ({card.name}, {card.tier}) on {session.why}", err=True)
    return session


def size_to_paint(source: Path, shape: Shape) -> Size | None:
    """Height and width of a video as the network gets it; None where it cannot be told yet."""
    if str(source) == PIPE:  # it can be opened only once
        return None
    try:
        with shaped(open_source(source), shape) as frames:
            info = frames.info
    except NstError:  # whoever reads it in earnest will say so
        return None
    height, width = (round(side * shape.render_scale) for side in (info.height, info.width))
    return max(height, SMALLEST), max(width, SMALLEST)


def described(
    styles: Sequence[str], fade: str | None, tier: str | None, stabilise: float
) -> dict[str, str]:
    """What decides how a frame is painted, for people and for another run to compare."""
    paths = {find_style(name, tier).model.path for name in words.styles(styles).values()}
    models = (hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(paths))
    return {
        "realtime-nst": __version__,
        "PyAV": version("av"),
        "--style": " ".join(styles),
        "the model": " ".join(models),
        "--fade": str(FADE if fade is None else words.seconds(fade)),
        "--stabilise": f"{stabilise:g}",
    }


def strength(stabilise: float | None) -> float:
    """Of the stabiliser."""
    return DEFAULT_STRENGTH if stabilise is None else stabilise
