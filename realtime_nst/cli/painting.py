"""Open what films are painted with."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version

import typer

from realtime_nst import __version__
from realtime_nst.cli import parsing
from realtime_nst.inference.engines import Size
from realtime_nst.inference.session import DEFAULT_SIZE, Session, open_session
from realtime_nst.models.registry import StyleChoice, find_style
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH
from realtime_nst.stylize.stylizer import Stylizer
from realtime_nst.stylize.timeline import FADE, Cue, Timeline


@dataclass(frozen=True, slots=True)
class Engine:
    """What styles shall run on."""

    tier: str | None
    device: str
    precision: str
    threads: int | None
    verbose: bool = False
    """Print all that is known of what runs."""


def open_timeline(
    styles: Mapping[Fraction, str], fade: Fraction | None, engine: Engine, size: Size | None
) -> Timeline:
    """Open styles by the moments they begin, each in a session of its own."""
    cues, sessions = [], {}
    for start, style in styles.items():
        choice = find_style(style, engine.tier)
        since = f" from {float(start):g} s" if start else ""
        session = sessions[style + since] = _session(choice, engine, size)
        cues.append(Cue(start, session, choice.weight_array()))
    announce(sessions, verbose=engine.verbose)
    return Timeline(cues, FADE if fade is None else fade)


def open_style(style: str, engine: Engine) -> Stylizer:
    """Open a style for pictures of whatever size."""
    session = _session(find_style(style, engine.tier), engine, None)
    announce({style: session}, verbose=engine.verbose)
    return Stylizer(session)


def announce(sessions: Mapping[str, Session], *, verbose: bool) -> None:
    """Print what each style runs on; verbosely also why, with the times of what was tried."""
    for style, session in sessions.items():
        card, ran = session.card, session.runtime_info
        brief = f"{style} on {ran.label} {ran.precision}"
        more = f"{style} ({card.name}, {card.tier}) on {session.why}"
        typer.echo(more if verbose else brief, err=True)
    for reason in {session.passed_over for session in sessions.values()} - {""}:
        if not verbose:
            typer.echo(f"note: {reason}; `realtime-nst doctor` says what to do", err=True)


def _session(choice: StyleChoice, engine: Engine, size: Size | None) -> Session:
    """Open what was found."""
    return open_session(
        choice.model.path,
        engine.device,
        threads=engine.threads,
        precision=engine.precision,
        weights=choice.weights,
        strength=choice.strength,
        size=size or DEFAULT_SIZE,
    )


def described(
    styles: Sequence[str], fade: str | None, tier: str | None, stabilise: float
) -> dict[str, str]:
    """What decides how a frame is painted, for people and for another run to compare."""
    paths = {find_style(name, tier).model.path for name in parsing.parse_styles(styles).values()}
    models = (hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(paths))
    return {
        "realtime-nst": __version__,
        "PyAV": version("av"),
        "--style": " ".join(styles),
        "the model": " ".join(models),
        "--fade": str(FADE if fade is None else parsing.parse_seconds(fade)),
        "--stabilize": f"{stabilise:g}",
    }


def strength(stabilise: float | None) -> float:
    """Of the stabiliser."""
    return DEFAULT_STRENGTH if stabilise is None else stabilise
