"""Styles over time."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from realtime_nst.cli.parsing import parse_styles
from realtime_nst.frame import Frame
from realtime_nst.inference.session import Session, open_session
from realtime_nst.models.registry import find_style
from realtime_nst.stylize.timeline import StyleCue, Timeline, shares

TIMES = st.fractions(0, 20, max_denominator=1001)


def at(level: int, seconds: str | Fraction) -> Frame:
    return Frame(np.full((32, 32, 3), level, np.uint8), 0, Fraction(seconds), 0.0)


def level(timeline: Timeline, seconds: str) -> int:
    """Return the value that a uniform image of 200 becomes."""
    image = timeline(at(200, seconds)).image
    assert np.ptp(image) == 0
    return int(image[0, 0, 0])


@given(st.lists(TIMES, min_size=1, max_size=4, unique=True).map(sorted), TIMES, TIMES)
def test_shares_add_up_to_1(starts: list[Fraction], fade: Fraction, moment: Fraction) -> None:
    now = shares(starts, fade, moment)
    assert all(0 <= share <= 1 for share in now)
    assert sum(now) <= 1
    assert starts[0] > 0 or sum(now) == 1  # nothing of the picture itself after a style at 0
    *before, last = shares(starts, fade, starts[-1] + fade)
    assert last == 1
    assert not any(before)


@pytest.mark.parametrize(
    ("moment", "expected"), [("0", 1), ("5", 1), ("21/4", "1/2"), ("11/2", 0), ("100", 0)]
)
def test_shares_fade_linearly(moment: str, expected: str) -> None:
    first = Fraction(expected)
    now = shares([Fraction(0), Fraction(5)], Fraction(1, 2), Fraction(moment))
    assert now == [first, 1 - first]


def test_shares_without_fade() -> None:
    starts = [Fraction(0), Fraction(5)]
    assert shares(starts, Fraction(0), Fraction(4999, 1000)) == [1, 0]
    assert shares(starts, Fraction(0), Fraction(5)) == [0, 1]


@pytest.fixture
def opened(models: Path) -> dict[str, StyleCue]:
    """Open cues at 0 s by style name; those of one model share a session."""
    sessions: dict[Path, Session] = {}
    cues = {}
    for name in ("keep", "black", "identity", "invert"):
        choice = find_style(name)
        path = choice.model.path
        sessions[path] = sessions.get(path) or open_session(path, "cpu", threads=1)
        cues[name] = StyleCue(Fraction(0), sessions[path], choice.weight_array())
    return cues


def later(cue: StyleCue, seconds: str) -> StyleCue:
    return StyleCue(Fraction(seconds), cue.model, cue.weights)


def test_timeline_fades_weights_of_one_model(opened: dict[str, StyleCue]) -> None:
    timeline = Timeline([opened["keep"], later(opened["black"], "5")], Fraction(1))
    assert [level(timeline, moment) for moment in ("0", "5", "5.25", "5.5", "6", "9")] == [
        *(200, 200, 150, 100, 0, 0)
    ]


def test_timeline_fades_images_of_models(opened: dict[str, StyleCue]) -> None:
    timeline = Timeline([opened["identity"], later(opened["invert"], "5")], Fraction(1))
    assert [level(timeline, moment) for moment in ("0", "5", "5.2", "6", "9")] == [
        *(200, 200, 171, 55, 55)
    ]


def test_timeline_fade_during_fade(opened: dict[str, StyleCue]) -> None:
    """The third style starts halfway from 200 to 55, without a jump."""
    cues = [opened["identity"], later(opened["invert"], "5"), later(opened["black"], "5.5")]
    timeline = Timeline(cues, Fraction(1))
    levels = [level(timeline, f"{5 + step / 50}") for step in range(80)]
    assert max(abs(a - b) for a, b in pairwise(levels)) <= 7
    assert levels[-1] == 0


def test_timeline_before_first_style(opened: dict[str, StyleCue]) -> None:
    timeline = Timeline([later(opened["invert"], "5")], Fraction(1))
    assert [level(timeline, moment) for moment in ("0", "5", "5.5", "6")] == [200, 200, 128, 55]


def test_words() -> None:
    assert parse_styles(["a"]) == {0: "a"}
    words = ["a:0.6,b:0.4", "c@1:30", "b@johnson@5s", "d.onnx:x@0:00:07.5"]
    assert list(parse_styles(words).items()) == [
        (0, "a:0.6,b:0.4"),
        (5, "b@johnson"),
        (Fraction("7.5"), "d.onnx:x"),
        (90, "c"),
    ]
    assert parse_styles(["starry-night@johnson"]) == {0: "starry-night@johnson"}
    with pytest.raises(typer.BadParameter, match="a and b begin at the same time"):
        parse_styles(["a", "b"])
