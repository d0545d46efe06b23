"""Key bindings of the live window."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from realtime_nst.live.settings import LiveSettings
from realtime_nst.stylize.masked import AREAS
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

STEP = 0.1
"""Change of strength, blend and palette per key press, as a share."""
STROKE_STEP = 0.5
"""Change of the stroke size per key press."""
SHOW_SECONDS = 20.0
"""Seconds of a style in a show that a key has started."""
SNAPSHOT, HELP, QUIT = "s", "?", ("q", "\x1b")
"""Keys that take a snapshot, show the list of keys, and quit."""

Change = Callable[[LiveSettings], LiveSettings]


@dataclass(frozen=True, slots=True)
class Key:
    """A key, or two keys that belong together."""

    name: str
    """Name on the keyboard."""
    does: str
    """Effect, as shown in the list of keys."""
    option: str = ""
    """Option of ``webcam`` that sets the same at the start; empty without one."""
    changes: tuple[tuple[str, Change], ...] = ()
    """Characters with the change that each makes."""


def _to_style(steps: int) -> Change:
    return lambda s: replace(s, style=s.style + steps, morph=0.0, tiled=False)


def _to_style_number(position: int) -> Change:
    return lambda s: replace(s, style=position, morph=0.0, tiled=False)


def _to_next_area(settings: LiveSettings) -> LiveSettings:
    """Go from all of a frame to people, to the background and back."""
    areas = (None, *AREAS)
    return replace(settings, mask=areas[(areas.index(settings.mask) + 1) % len(areas)])


KEYS = (
    Key("n p", "next, previous style", "--style", (("n", _to_style(1)), ("p", _to_style(-1)))),
    Key(
        "1 to 9",
        "style by number",
        "--style",
        tuple((str(number), _to_style_number(number - 1)) for number in range(1, 10)),
    ),
    Key(
        "[ ]",
        "blend towards the previous, next style",
        "--morph",
        (
            ("[", lambda s: replace(s, morph=s.morph - STEP, tiled=False)),
            ("]", lambda s: replace(s, morph=s.morph + STEP, tiled=False)),
        ),
    ),
    Key(
        "+ -",
        "stronger, weaker stylization",
        "--strength",
        (
            ("+", lambda s: replace(s, strength=s.strength + STEP)),
            ("=", lambda s: replace(s, strength=s.strength + STEP)),
            ("-", lambda s: replace(s, strength=s.strength - STEP)),
        ),
    ),
    Key(
        "c",
        "keep the camera's colors",
        "--keep-colors",
        (("c", lambda s: replace(s, keep_colors=not s.keep_colors)),),
    ),
    Key(
        ", .",
        "less, more of the style's colors",
        "--palette",
        (
            (",", lambda s: replace(s, palette=s.palette - STEP)),
            (".", lambda s: replace(s, palette=s.palette + STEP)),
        ),
    ),
    Key(
        "z x",
        "smaller, larger strokes",
        "--stroke-size",
        (
            ("z", lambda s: replace(s, stroke_size=s.stroke_size - STROKE_STEP)),
            ("x", lambda s: replace(s, stroke_size=s.stroke_size + STROKE_STEP)),
        ),
    ),
    Key(
        "d",
        "temporal stabilizer on, off",
        "--stabilize",
        (("d", lambda s: replace(s, stabilize=0.0 if s.stabilize else DEFAULT_STRENGTH)),),
    ),
    Key("k", "people only, background only, all", "--mask", (("k", _to_next_area),)),
    Key(
        "b",
        "camera and result side by side",
        "--side-by-side",
        (("b", lambda s: replace(s, side_by_side=not s.side_by_side)),),
    ),
    Key("t", "all styles in tiles", "--mosaic", (("t", lambda s: replace(s, tiled=not s.tiled)),)),
    Key("m", "mirror the window", "--mirror", (("m", lambda s: replace(s, mirror=not s.mirror)),)),
    Key(
        "space", "freeze the image", "--frozen", ((" ", lambda s: replace(s, frozen=not s.frozen)),)
    ),
    Key(SNAPSHOT, "save a snapshot"),
    Key(
        "r",
        "start, stop recording",
        "--record",
        (("r", lambda s: replace(s, recording=not s.recording)),),
    ),
    Key(
        "a",
        "next style every 20 s, on, off",
        "--show",
        (("a", lambda s: replace(s, show=0.0 if s.show else SHOW_SECONDS)),),
    ),
    Key("F1 to F9", "recall a preset", "--presets"),
    Key("w", "save a preset: then F1 to F9", "--presets"),
    Key(
        "f",
        "full screen",
        "--fullscreen",
        (("f", lambda s: replace(s, fullscreen=not s.fullscreen)),),
    ),
    Key("h", "statistics on, off", "--hud", (("h", lambda s: replace(s, hud=not s.hud)),)),
    Key(HELP, "list of keys", "--keys", ((HELP, lambda s: replace(s, help=not s.help)),)),
    Key("q Esc", "quit", "--frames"),
)
"""Every key, in the order of the list that the window shows."""
CHANGES = {character: change for key in KEYS for character, change in key.changes}
"""Change of the settings by character."""
