"""Overlapping subtitles."""

import pytest

from realtime_nst.sinks.video.cues import CueStack, SubtitleCue

Shown = tuple[int, int, str]


def event(text: str) -> bytes:
    return f"0,0,Default,,0,0,0,,{text}".encode()


def stacked(cues: list[Shown]) -> list[Shown]:
    stack, finished = CueStack(), []
    for start, end, text in cues:
        finished += stack.add(SubtitleCue(start, end, event(text)))
    finished += stack.rest()
    return [(cue.start, cue.end, cue.text.decode().split(",", 8)[-1]) for cue in finished]


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        ([(0, 1, "A"), (2, 3, "B, C")], [(0, 1, "A"), (2, 3, "B, C")]),
        ([(0, 1, "A"), (1, 2, "B")], [(0, 1, "A"), (1, 2, "B")]),
        ([(0, 2, "A"), (1, 3, "B")], [(0, 1, "A"), (1, 2, "A\\NB"), (2, 3, "B")]),
        ([(0, 3, "A"), (1, 2, "B")], [(0, 1, "A"), (1, 2, "A\\NB"), (2, 3, "A")]),
        ([(0, 2, "A"), (0, 2, "B"), (0, 1, "C")], [(0, 1, "A\\NB\\NC"), (1, 2, "A\\NB")]),
        ([(0, 3, "A"), (1, 3, "B"), (2, 3, "C, c")], [
            (0, 1, "A"), (1, 2, "A\\NB"), (2, 3, "A\\NB\\NC, c"),
        ]),
        ([(5, 6, "A"), (4, 7, "B")], [(5, 6, "A\\NB"), (6, 7, "B")]),
        ([(1, 1, "A"), (2, 3, "B")], [(2, 3, "B")]),
    ],
)  # fmt: skip
def test_cue_stack_shows_one_cue_at_a_time(cues: list[Shown], expected: list[Shown]) -> None:
    assert stacked(cues) == expected
