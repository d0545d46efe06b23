"""Everything that can be controlled from outside, in one table.

HTTP paths, the OpenAPI description, OSC addresses and MIDI assignments derive from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from realtime_nst.live.control.values import Kind
from realtime_nst.live.settings import LiveSettings
from realtime_nst.stylize.controls import MAX_STROKE_SIZE
from realtime_nst.stylize.masked import AREAS

MAX_SHOW_SECONDS = 3600.0
"""Longest time between two styles of a show."""
EVERYTHING = "everything"
"""Area that is all of a frame."""
Change = Callable[[LiveSettings, Any], LiveSettings]


@dataclass(frozen=True, slots=True)
class Verb:
    """A setting that can be read and changed, or an action."""

    name: str
    """Name in URLs, addresses and files."""
    kind: Kind
    does: str
    """What it changes, as a phrase."""
    change: Change | None = None
    """Change of the settings; None for presets, which are stored outside of them."""
    read: Callable[[LiveSettings], float | bool | str] | None = None
    """Returns the present value; None for actions."""
    high: float = 1.0
    """Largest number."""
    low: float = 0.0
    """Smallest number."""
    in_preset: bool = False
    """Whether presets store it."""
    choices: tuple[str, ...] = ()
    """Words that it takes."""

    @property
    def is_action(self) -> bool:
        """Whether it has no value that could be read."""
        return self.read is None


def _switch(name: str, field: str, does: str, *, in_preset: bool = False) -> Verb:
    return Verb(
        name,
        Kind.SWITCH,
        does,
        lambda s, on: replace(s, **{field: on}),
        lambda s: bool(getattr(s, field)),
        in_preset=in_preset,
    )


def _number(
    name: str,
    field: str,
    does: str,
    high: float = 1.0,
    *,
    low: float = 0.0,
    in_preset: bool = True,
) -> Verb:
    return Verb(
        name,
        Kind.NUMBER,
        does,
        lambda s, number: replace(s, **{field: number}),
        lambda s: float(getattr(s, field)),
        high,
        low,
        in_preset,
    )


def _step(name: str, steps: int) -> Verb:
    return Verb(
        name,
        Kind.TRIGGER,
        f"Take the {name} style.",
        lambda s, _: replace(s, style=s.style + steps, morph=0.0, tiled=False),
    )


VERBS = (
    Verb(
        "style",
        Kind.STYLE,
        "Style, by name or by number from 1.",
        lambda s, position: replace(s, style=position, morph=0.0, tiled=False),
        lambda s: s.style,
        in_preset=True,
    ),
    _number("blend", "morph", "Share of the next style in a blend with the present one.", 0.99),
    _number("strength", "strength", "Strength of the stylization: 0 shows the camera's frame."),
    _switch("keep-colors", "keep_colors", "Keep the camera's colors.", in_preset=True),
    _number("palette", "palette", "Share of the style's colors; 0 keeps the camera's."),
    _number("stroke-size", "stroke_size", "Size of the strokes.", MAX_STROKE_SIZE, low=1),
    _number("stabilize", "stabilize", "Strength of the temporal stabilizer; 0 turns it off."),
    _switch("tiles", "tiled", "Show all styles at the same time, in tiles.", in_preset=True),
    _switch(
        "side-by-side",
        "side_by_side",
        "Show the camera's frame to the left of the stylized one.",
        in_preset=True,
    ),
    Verb(
        "mask",
        Kind.CHOICE,
        "Area to stylize.",
        lambda s, area: replace(s, mask=None if area == EVERYTHING else area),
        lambda s: s.mask or EVERYTHING,
        in_preset=True,
        choices=(EVERYTHING, *AREAS),
    ),
    _switch("mirror", "mirror", "Mirror the window."),
    _switch("flip", "flip", "Flip the camera's frames horizontally, for every output."),
    _switch("crop", "crop", "Crop frames to the shape of the window, instead of black bars."),
    _switch("freeze", "frozen", "Keep the last frame."),
    _switch("record", "recording", "Record to a file named by date and time."),
    _switch("fullscreen", "fullscreen", "Let the window fill the screen."),
    _switch("statistics", "hud", "Show statistics in the window."),
    _switch("help", "help", "Show the list of keys in the window."),
    _number(
        "show",
        "show",
        "Seconds after which the next style is taken; 0 turns this off.",
        MAX_SHOW_SECONDS,
        in_preset=False,
    ),
    _switch("show-random", "show_random", "Take the styles of a show in random order."),
    _step("next", 1),
    _step("previous", -1),
    Verb(
        "snapshot",
        Kind.TRIGGER,
        "Save the next frame as an image.",
        lambda s, _: replace(s, snapshots=s.snapshots + 1),
    ),
    Verb("preset", Kind.SLOT, "Recall a preset, by its number."),
    Verb("save-preset", Kind.SLOT, "Save the present look as a preset, under a number."),
)
"""Every verb, in the order in which clients list them; those of a preset are applied in it."""
BY_NAME = {verb.name: verb for verb in VERBS}
