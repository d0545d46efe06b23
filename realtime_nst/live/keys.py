"""What each key of the live window does."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from realtime_nst.live.settings import LiveSettings
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

STEP = 0.1
"""By which strength and morph change."""
SNAPSHOT, HELP, QUIT = "s", "?", ("q", "\x1b")
"""The keys that do more than change a setting, and the one that shows the others."""

Change = Callable[[LiveSettings], LiveSettings]


@dataclass(frozen=True, slots=True)
class Key:
    """A key, or two that belong together."""

    name: str
    """As people call it."""
    does: str
    option: str = ""
    """That sets the same at the start, if there is one."""
    changes: tuple[tuple[str, Change], ...] = ()
    """Characters, and what each changes."""


def _to_style(steps: int) -> Change:
    return lambda s: replace(s, style=s.style + steps, morph=0.0, tiled=False)


def _to_style_number(position: int) -> Change:
    return lambda s: replace(s, style=position, morph=0.0, tiled=False)


KEYS = (
    Key("n p", "next, previous style", "--style", (("n", _to_style(1)), ("p", _to_style(-1)))),
    Key(
        "1 to 9",
        "that style",
        "--style",
        tuple((str(number), _to_style_number(number - 1)) for number in range(1, 10)),
    ),
    Key(
        "[ ]",
        "towards the previous, the next style",
        "--morph",
        (
            ("[", lambda s: replace(s, morph=s.morph - STEP, tiled=False)),
            ("]", lambda s: replace(s, morph=s.morph + STEP, tiled=False)),
        ),
    ),
    Key(
        "+ -",
        "stronger, weaker",
        "--strength",
        (
            ("+", lambda s: replace(s, strength=s.strength + STEP)),
            ("=", lambda s: replace(s, strength=s.strength + STEP)),
            ("-", lambda s: replace(s, strength=s.strength - STEP)),
        ),
    ),
    Key(
        "c",
        "keep the camera's colours",
        "--keep-colors",
        (("c", lambda s: replace(s, keep_colours=not s.keep_colours)),),
    ),
    Key(
        "d",
        "de-flicker",
        "--stabilize",
        (("d", lambda s: replace(s, stabilise=0.0 if s.stabilise else DEFAULT_STRENGTH)),),
    ),
    Key(
        "b",
        "before and after, side by side",
        "--side-by-side",
        (("b", lambda s: replace(s, side_by_side=not s.side_by_side)),),
    ),
    Key("t", "all styles, in tiles", "--mosaic", (("t", lambda s: replace(s, tiled=not s.tiled)),)),
    Key("m", "mirror", "--mirror", (("m", lambda s: replace(s, mirror=not s.mirror)),)),
    Key("space", "freeze", "--frozen", ((" ", lambda s: replace(s, frozen=not s.frozen)),)),
    Key(SNAPSHOT, "snapshot"),
    Key(
        "r",
        "record, stop recording",
        "--record",
        (("r", lambda s: replace(s, recording=not s.recording)),),
    ),
    Key(
        "f",
        "full screen",
        "--fullscreen",
        (("f", lambda s: replace(s, fullscreen=not s.fullscreen)),),
    ),
    Key("h", "numbers", "--hud", (("h", lambda s: replace(s, hud=not s.hud)),)),
    Key(HELP, "these keys", "--keys", ((HELP, lambda s: replace(s, help=not s.help)),)),
    Key("q Esc", "quit", "--frames"),
)
"""In the order in which they are shown."""
CHANGES = {character: change for key in KEYS for character, change in key.changes}
"""By character."""
