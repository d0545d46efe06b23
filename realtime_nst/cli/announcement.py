"""Print which device and precision each style runs on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from realtime_nst.cli.messages import note, say
from realtime_nst.cli.summary import print_notes
from realtime_nst.models.default_style import DEFAULT_STYLE

if TYPE_CHECKING:
    from realtime_nst.inference.session import Session
    from realtime_nst.stylize.loading import LoadedStyle


def announce_live(
    sessions: Mapping[str, "Session"], styles: int, size: tuple[int, int], *, verbose: bool
) -> None:
    """Print what a live session runs on.

    Args:
        sessions: session of the first style of each network, by the style's name.
        styles: number of all styles.
        size: processing resolution, as width and height.
        verbose: print also why, and how fast the others were.
    """
    names = ", ".join(sessions)
    more = styles - len(sessions)
    others = f" and {more} more style{'s' if more > 1 else ''}" if more else ""
    infos = (
        f"{each.runtime_info.label} {each.runtime_info.precision}" for each in sessions.values()
    )
    devices = " and ".join(dict.fromkeys(infos))
    say(f"{names}{others} on {devices}, {size[0]}x{size[1]}")
    if verbose:
        announce(sessions, verbose=True)
    else:
        _note_passed_over(sessions)


def announce(sessions: Mapping[str, "Session"], *, verbose: bool) -> None:
    """Print what each style runs on; with ``verbose`` also why, and how fast the others were."""
    for style, session in sessions.items():
        card, info = session.card, session.runtime_info
        brief = f"{style} on {info.label} {info.precision}"
        more = f"{style} ({card.name}, {card.tier}) on {session.why}"
        say(more if verbose else brief)
    if not verbose:
        _note_passed_over(sessions)


def _note_passed_over(sessions: Mapping[str, "Session"]) -> None:
    for reason in {session.passed_over for session in sessions.values()} - {""}:
        note(f"{reason}; run `realtime-nst doctor` for a fix")


def announce_default() -> list[str]:
    """Print that the default style is used, and return it."""
    say(f"style {DEFAULT_STYLE}, the default; `realtime-nst styles` lists all")
    return [DEFAULT_STYLE]


def announce_styles(styles: Mapping[str, "LoadedStyle"], *, verbose: bool) -> None:
    """Print what each style runs on, and what is special about it."""
    announce({name: style.session for name, style in styles.items()}, verbose=verbose)
    print_notes(style.choice.note for style in styles.values() if style.choice.note)
