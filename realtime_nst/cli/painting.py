"""Print which device and precision each style runs on."""

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from realtime_nst.inference.options import InferenceOptions
from realtime_nst.inference.session import Session
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH


@dataclass(frozen=True, slots=True)
class Engine(InferenceOptions):
    """Options of inference, and how much is printed about it."""

    verbose: bool = False


def announce(sessions: Mapping[str, Session], *, verbose: bool) -> None:
    """Print what each style runs on; with ``verbose`` also why, and how fast the others were."""
    for style, session in sessions.items():
        card, info = session.card, session.runtime_info
        brief = f"{style} on {info.label} {info.precision}"
        more = f"{style} ({card.name}, {card.tier}) on {session.why}"
        typer.echo(more if verbose else brief, err=True)
    for reason in {session.passed_over for session in sessions.values()} - {""}:
        if not verbose:
            typer.echo(f"note: {reason}; run `realtime-nst doctor` for a fix", err=True)


def strength(stabilize: float | None) -> float:
    """Return the strength of the stabilizer; None is its default."""
    return DEFAULT_STRENGTH if stabilize is None else stabilize
