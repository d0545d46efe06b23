"""Every key does what the table says, and can be had by an option, too."""

from dataclasses import replace
from pathlib import Path

import pytest
import typer.main

from realtime_nst.cli.app import app
from realtime_nst.live.keys import CHANGES, KEYS, Key
from realtime_nst.live.settings import LiveControls, LiveSettings
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

PAGE = Path(__file__).parents[2] / "docs" / "live.md"
HALF = LiveSettings(style=1, strength=0.5, morph=0.3)
ACTIONS = {"s", "q Esc"}
"""Keys that do something once instead of changing what is."""

TABLE = {
    "n": replace(HALF, style=2, morph=0.0),
    "p": replace(HALF, style=0, morph=0.0),
    "1": replace(HALF, style=0, morph=0.0),
    "3": replace(HALF, style=2, morph=0.0),
    "[": replace(HALF, morph=0.2),
    "]": replace(HALF, morph=0.4),
    "+": replace(HALF, strength=0.6),
    "=": replace(HALF, strength=0.6),
    "-": replace(HALF, strength=0.4),
    "c": replace(HALF, keep_colors=True),
    ",": replace(HALF, palette=0.9),
    ".": HALF,
    "z": HALF,
    "x": replace(HALF, stroke_size=1.5),
    "d": replace(HALF, stabilize=DEFAULT_STRENGTH),
    "k": replace(HALF, mask="person"),
    "b": replace(HALF, side_by_side=True),
    "t": replace(HALF, tiled=True),
    "m": replace(HALF, mirror=True),
    " ": replace(HALF, frozen=True),
    "r": replace(HALF, recording=True),
    "a": replace(HALF, show=20.0),
    "f": replace(HALF, fullscreen=True),
    "h": replace(HALF, hud=False),
    "?": replace(HALF, help=True),
}
TWICE = "cdbtm rafh?"
"""Keys that take back what they did."""


@pytest.mark.parametrize(("key", "expected"), TABLE.items())
def test_a_key(key: str, expected: LiveSettings) -> None:
    controls = LiveControls(HALF, styles=3)
    controls.change(CHANGES[key])
    assert controls.settings == expected


@pytest.mark.parametrize("key", TWICE)
def test_a_switch_pressed_twice(key: str) -> None:
    assert CHANGES[key](CHANGES[key](HALF)) == HALF


def test_the_mask_goes_from_people_to_the_background_and_off() -> None:
    settings, areas = HALF, []
    for _ in range(3):
        settings = CHANGES["k"](settings)
        areas.append(settings.mask)
    assert areas == ["person", "background", None]


def test_the_table_has_every_key() -> None:
    digits = set("123456789")
    assert TABLE.keys() - digits == CHANGES.keys() - digits
    assert digits <= CHANGES.keys()


@pytest.mark.parametrize("key", ["n", "p", "2", "[", "]"])
def test_choosing_a_style_leaves_the_tiles(key: str) -> None:
    assert not CHANGES[key](replace(HALF, tiled=True)).tiled


@pytest.mark.parametrize(
    "key", [key for key in KEYS if key.name not in ACTIONS], ids=lambda k: k.name
)
def test_what_a_key_changes_has_an_option_for_its_start(key: Key) -> None:
    command = typer.main.get_command(app).commands["webcam"]  # type: ignore[attr-defined]
    options = {name for parameter in command.params for name in parameter.opts}
    assert key.option in options


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_page_has_every_key(key: Key) -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    names = [row.split("|")[1].replace("`", "").strip() for row in rows]
    assert key.name in names
    row = rows[names.index(key.name)]
    assert not key.option or f"`{key.option}" in row or key.option.replace("--", "--no-") in row
