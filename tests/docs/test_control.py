"""The page on remote control has every verb."""

import re
from pathlib import Path

from realtime_nst.live.control.verbs import VERBS

PAGE = Path(__file__).parents[2] / "docs" / "control.md"


def test_the_page_has_every_verb() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    named = {name for row in rows for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    assert named == {verb.name for verb in VERBS}
