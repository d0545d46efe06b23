"""Subtitles that overlap, for containers that show one at a time."""

from dataclasses import dataclass

FIELDS = 8
"""Number of fields before the text of an ASS event."""


@dataclass(frozen=True, slots=True)
class SubtitleCue:
    """A subtitle text and its time interval."""

    start: int
    end: int
    text: bytes
    """ASS event, as returned by FFmpeg's decoders."""


class CueStack:
    r"""Turns cues that overlap into cues that follow one another and show the same text.

    >>> stack = CueStack()
    >>> stack.add(SubtitleCue(0, 3, b"0,0,,,0,0,0,,A"))
    []
    >>> [(cue.start, cue.end) for cue in stack.add(SubtitleCue(1, 2, b"1,0,,,0,0,0,,B"))]
    [(0, 1)]
    >>> [(cue.start, cue.end, cue.text[-4:]) for cue in stack.rest()]
    [(1, 2, b'A\\\\NB'), (2, 3, b'0,,A')]
    """

    def __init__(self) -> None:
        self._shown: list[SubtitleCue] = []
        self._until = 0

    def add(self, cue: SubtitleCue) -> list[SubtitleCue]:
        """Add a cue and return those that end before it; cues are added in order of their start."""
        start = max(cue.start, self._until)
        finished = self._finished(start)
        self._until = start
        if cue.end > start:
            self._shown.append(cue)
        return finished

    def rest(self) -> list[SubtitleCue]:
        """Return the remaining cues."""
        return self._finished(max((cue.end for cue in self._shown), default=0))

    def _finished(self, end: int) -> list[SubtitleCue]:
        finished = []
        while self._shown and self._until < end:
            stop = min(end, *(cue.end for cue in self._shown))
            finished.append(SubtitleCue(self._until, stop, _joined(self._shown)))
            self._shown = [cue for cue in self._shown if cue.end > stop]
            self._until = stop
        return finished


def _joined(cues: list[SubtitleCue]) -> bytes:
    """Return one event with the texts of several, a line each."""
    first, *others = (cue.text for cue in cues)
    return b"\\N".join([first, *(text.split(b",", FIELDS)[-1] for text in others)])
