"""Real model files that change while they are used."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.inference.options import InferenceOptions
from realtime_nst.live import hot_reload
from realtime_nst.live.hot_reload import HotReload
from realtime_nst.live.styles import OpenStyles, find_styles, open_styles
from tests.helpers import onnx_models

SIZE = (64, 48)
IMAGE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
CPU = InferenceOptions(device="cpu", precision="fp32")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return onnx_models.identity(tmp_path / "run" / "model.onnx", onnx_models.card("own"))


@pytest.fixture
def opened(model: Path) -> OpenStyles:
    styles = open_styles(find_styles([str(model)], CPU), CPU)
    styles.models[0].prepare(SIZE)
    return styles


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def watch(
    opened: OpenStyles, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[HotReload]:
    """A watch whose thread never looks by itself."""
    monkeypatch.setattr(hot_reload, "INTERVAL", 1e6)
    with HotReload(opened.by_file, notes.append) as watch:
        yield watch


def replace(model: Path, by: Path) -> None:
    """Copy a file to another name and rename it, as exports do."""
    shutil.copy(by, model.with_name("new"))
    model.with_name("new").replace(model)


def shown(opened: OpenStyles) -> str:
    difference = opened.mixer(IMAGE, {0: 1.0}).astype(int) - IMAGE
    return "identity" if np.abs(difference).max() <= 1 else "invert"


@pytest.fixture
def inverting(tmp_path: Path) -> Path:
    return onnx_models.invert(tmp_path / "other" / "model.onnx", onnx_models.card("own"))


def test_a_changed_file_is_used_once_it_is_complete(
    model: Path, inverting: Path, opened: OpenStyles, watch: HotReload, notes: list[str]
) -> None:
    watch.check()
    assert (shown(opened), notes) == ("identity", [])
    replace(model, inverting)
    watch.check()
    assert shown(opened) == "identity"  # it may still be growing
    watch.check()
    assert (shown(opened), notes) == ("invert", [f"reloaded {model}"])
    watch.check()
    assert len(notes) == 1


@pytest.mark.parametrize("content", [b"", b"not a model", None])
def test_a_damaged_file_is_reported_once_and_the_previous_model_stays(
    content: bytes | None,
    model: Path,
    inverting: Path,
    opened: OpenStyles,
    watch: HotReload,
    notes: list[str],
) -> None:
    model.write_bytes(inverting.read_bytes()[:200] if content is None else content)
    for _ in range(4):
        watch.check()
    assert shown(opened) == "identity"
    (note,) = notes
    assert note.startswith("the previous model stays: ")
    replace(model, inverting)
    for _ in range(2):
        watch.check()
    assert (shown(opened), notes[1:]) == ("invert", [f"reloaded {model}"])


def test_a_file_that_disappears_is_waited_for(
    model: Path, inverting: Path, opened: OpenStyles, watch: HotReload, notes: list[str]
) -> None:
    model.unlink()
    for _ in range(3):
        watch.check()
    assert (shown(opened), notes) == ("identity", [])
    replace(model, inverting)
    for _ in range(2):
        watch.check()
    assert shown(opened) == "invert"


def test_a_model_of_other_styles_is_refused(
    model: Path, tmp_path: Path, opened: OpenStyles, watch: HotReload, notes: list[str]
) -> None:
    replace(model, onnx_models.two(tmp_path / "two" / "model.onnx"))
    for _ in range(2):
        watch.check()
    assert shown(opened) == "identity"
    assert "has other styles" in notes[0]


def test_the_thread_looks_by_itself(
    model: Path,
    inverting: Path,
    opened: OpenStyles,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hot_reload, "INTERVAL", 0.001)
    with HotReload(opened.by_file, notes.append):
        replace(model, inverting)
        while not notes:
            pass
    assert shown(opened) == "invert"
