"""A session's settings with three styles, and a remote control of them."""

from pathlib import Path

import pytest

from realtime_nst.live.control.presets import Presets
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.settings import LiveControls, LiveSettings

STYLES = ("starry-night", "udnie", "great-wave")


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def remote(tmp_path: Path, notes: list[str]) -> RemoteControl:
    controls = LiveControls(LiveSettings(), len(STYLES))
    return RemoteControl(controls, STYLES, Presets(tmp_path / "presets.json"), notes.append)
