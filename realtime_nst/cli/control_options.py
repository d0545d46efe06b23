"""Options of ``webcam`` for the show, presets and remote controls."""

from pathlib import Path
from typing import Annotated

import typer

CONTROL = "Control"
"""Group of options in the help."""
TOKEN_VARIABLE = "REALTIME_NST_TOKEN"
RANDOM, IN_TURN = "random", "in-turn"

Show = Annotated[
    float,
    typer.Option(
        "--show",
        metavar="SECONDS",
        min=0,
        max=3600,
        rich_help_panel=CONTROL,
        help="Take the next style every so many seconds. [default: never]",
        show_default=False,
    ),
]
ShowOrder = Annotated[
    str,
    typer.Option(
        "--show-order",
        metavar="ORDER",
        rich_help_panel=CONTROL,
        help=f"Order of the styles of a show: {IN_TURN} or {RANDOM}.",
    ),
]
PresetFile = Annotated[
    Path | None,
    typer.Option(
        "--presets",
        metavar="FILE",
        rich_help_panel=CONTROL,
        help="JSON file of the presets on the keys F1 to F9. [default: one for all sessions]",
    ),
]
ControlPage = Annotated[
    str | None,
    typer.Option(
        "--control",
        metavar="HOST:PORT",
        rich_help_panel=CONTROL,
        help="Serve a control page and an HTTP interface there, for example 127.0.0.1:8081.",
    ),
]
ControlToken = Annotated[
    str | None,
    typer.Option(
        "--control-token",
        metavar="TOKEN",
        envvar=TOKEN_VARIABLE,
        show_envvar=False,
        rich_help_panel=CONTROL,
        help="Secret that the control page asks of other machines. "
        f"[default: ${TOKEN_VARIABLE}, or else a new one each time]",
    ),
]
OscAddress = Annotated[
    str | None,
    typer.Option(
        "--osc",
        metavar="PORT",
        rich_help_panel=CONTROL,
        help="Receive OSC at this port, for example 9000, or 0.0.0.0:9000 from other machines.",
    ),
]
MidiDevice = Annotated[
    str | None,
    typer.Option(
        "--midi",
        metavar="DEVICE",
        rich_help_panel=CONTROL,
        help='Receive MIDI from this device: a part of its name, or "" for the first one.',
    ),
]
MidiMapFile = Annotated[
    Path | None,
    typer.Option(
        "--midi-map",
        metavar="FILE",
        rich_help_panel=CONTROL,
        help="JSON file of what MIDI controls do. [default: one for all sessions]",
    ),
]
MidiLearn = Annotated[
    bool,
    typer.Option(
        "--midi-learn",
        rich_help_panel=CONTROL,
        help="Assign MIDI controls: change something, then move the control for it.",
    ),
]


def is_random(order: str) -> bool:
    """Return whether an order of styles is random."""
    if order not in (IN_TURN, RANDOM):
        message = f"{order!r} is neither {IN_TURN} nor {RANDOM}"
        raise typer.BadParameter(message, param_hint="--show-order")
    return order == RANDOM
