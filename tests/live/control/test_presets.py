"""Presets outlive the session, and a file of something else is an error."""

from pathlib import Path

import pytest

from realtime_nst.errors import ControlError
from realtime_nst.live.control.presets import Presets


def test_presets_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "presets.json"
    Presets(path).save(2, {"style": "udnie", "strength": 0.5})
    again = Presets(path)
    assert again.get(2) == {"style": "udnie", "strength": 0.5}
    assert again.names == {2: "udnie"}


def test_presets_default_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REALTIME_NST_CONFIG", str(tmp_path))
    Presets().save(1, {"style": "udnie"})
    assert (tmp_path / "presets.json").is_file()


@pytest.mark.parametrize("text", ["[1]", "no json", '{"a": {}}', '{"1": 2}', "\ufeff\x00"])
def test_presets_refuse_other_files(tmp_path: Path, text: str) -> None:
    path = tmp_path / "presets.json"
    path.write_text(text)
    with pytest.raises(ControlError, match="it has no presets"):
        Presets(path)


def test_presets_refuse_folders(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="cannot read"):
        Presets(tmp_path)
