"""The summary at the end of a run."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.cli.summary import report_run
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame


@pytest.mark.parametrize(
    ("resumable", "frames", "hint", "noted"),
    [
        (True, 1, "choose another place", True),
        (True, 0, "choose another place", False),
        (False, 1, "choose another place", False),
        (True, 1, "run the same command with --resume to continue", False),
    ],
)
def test_report_run_mentions_resume_after_full_disk(
    resumable: bool, frames: int, hint: str, noted: bool
) -> None:
    with pytest.raises(SinkError) as caught, report_run(Path("out"), resumable=resumable) as meter:
        for index in range(frames):
            meter.record(Frame(np.zeros((1, 1, 3), np.uint8), index, Fraction(index), 0.0))
        raise SinkError("cannot write out/000001.png: No space left on device", hint)
    notes = getattr(caught.value, "__notes__", [])
    assert ["--resume" in note for note in notes] == ([True] if noted else [])
