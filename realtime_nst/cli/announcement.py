"""Print which device and precision each style runs on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from realtime_nst.cli.messages import note, say
from realtime_nst.cli.summary import print_notes

if TYPE_CHECKING:
    from realtime_nst.inference.session import Session
    from realtime_nst.stylize.loading import LoadedStyle


def announce(sessions: Mapping[str, "Session"], *, verbose: bool) -> None:
    """Print what each style runs on; with ``verbose`` also why, and how fast the others were."""
    for style, session in sessions.items():
        card, info = session.card, session.runtime_info
        brief = f"{style} on {info.label} {info.precision}"
        more = f"{style} ({card.name}, {card.tier}) on {session.why}"
        say(more if verbose else brief)
    for reason in {session.passed_over for session in sessions.values()} - {""}:
        if not verbose:
            note(f"{reason}; run `realtime-nst doctor` for a fix")


def announce_styles(styles: Mapping[str, "LoadedStyle"], *, verbose: bool) -> None:
    """Print what each style runs on, and what is special about it."""
    announce({name: style.session for name, style in styles.items()}, verbose=verbose)
    print_notes(style.choice.note for style in styles.values() if style.choice.note)
