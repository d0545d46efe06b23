"""Styles of a live session: the first of each network chooses the engine of the others."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.errors import ModelError
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.live.styles import LiveStyles, find_styles, open_styles, style_names
from tests.helpers import onnx_models

OPTIONS = InferenceOptions(device="cpu", threads=1)
IMAGE = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two networks: ``warm`` and ``cold``, of which ``warm`` has an int8 file, and ``invert``."""
    monkeypatch.setenv("REALTIME_NST_MODELS", str(tmp_path))
    onnx_models.brush(tmp_path / "brush" / "model.onnx")
    onnx_models.brush(tmp_path / "brush" / "int8" / "warm.onnx", int8=True)
    onnx_models.invert(tmp_path / "invert" / "model.onnx")
    return tmp_path


def needs_openvino() -> None:
    # Importing it to find out would start its telemetry.
    if find_spec("openvino") is None:
        pytest.skip("OpenVINO is not installed")


def painted(styles: LiveStyles, position: int, options: InferenceOptions = OPTIONS) -> np.ndarray:
    opened = open_styles(styles, options)
    opened.models[position].prepare((64, 48))
    return opened.mixer(IMAGE, {position: 1.0})


def test_style_names_of_options_and_mosaic() -> None:
    assert style_names(["a"], " b, c,") == ["a", "b", "c"]
    assert style_names([], None) == []


def test_without_a_name_the_default_and_all_others_of_its_network() -> None:
    styles = find_styles([], InferenceOptions())
    assert styles.names[:2] == ["starry-night", "great-wave"]
    assert len(styles.names) == len(set(styles.names)) == 12


def test_a_single_name_comes_first(models: Path) -> None:
    assert find_styles(["cold"], OPTIONS).names == ["cold", "warm"]
    assert find_styles(["warm:0.5,cold:0.5"], OPTIONS).names[1:] == ["warm", "cold"]
    assert find_styles(["invert"], OPTIONS).names == ["invert"]


def test_several_names_are_all_there_is(models: Path) -> None:
    assert find_styles(["cold", "invert"], OPTIONS).names == ["cold", "invert"]


def test_only_the_first_style_of_each_network_is_opened(models: Path) -> None:
    opened = open_styles(find_styles(["cold", "warm", "invert"], OPTIONS), OPTIONS)
    assert list(opened.sessions) == ["cold", "invert"]
    with pytest.raises(RuntimeError, match="prepare"):
        opened.mixer(IMAGE, {1: 1.0})
    assert opened.runs_on.startswith("ONNX Runtime ")


@pytest.mark.parametrize("device", ["cpu", "openvino"])
def test_every_style_stylizes_as_if_it_was_opened_alone(models: Path, device: str) -> None:
    if device == "openvino":
        needs_openvino()
    options = InferenceOptions(device=device, precision="fp32", threads=1)
    together = find_styles(["cold", "warm", "invert", "warm:0.3"], options)
    for position, name in enumerate(together.names):
        alone = find_styles([name], options)
        difference = painted(together, position, options) - painted(alone, 0, options).astype(int)
        assert np.abs(difference).max() <= 1


def test_styles_share_a_session_where_that_is_as_fast(models: Path) -> None:
    needs_openvino()
    styles = find_styles(["cold"], OPTIONS)
    shared = open_styles(styles, InferenceOptions(device="openvino", precision="fp32"))
    assert shared.models[0] is shared.models[1]
    own = open_styles(styles, InferenceOptions(device="cpu", precision="fp32"))
    assert own.models[0] is not own.models[1]


def test_a_style_without_the_chosen_variant_runs_its_main_file(models: Path) -> None:
    styles = find_styles(["warm"], OPTIONS)
    options = InferenceOptions(device="cpu", precision="int8")
    opened = open_styles(styles, options)
    opened.models[1].prepare((64, 48))
    assert opened.mixer(IMAGE, {1: 1.0}).shape == IMAGE.shape


def test_an_unknown_style_is_refused(models: Path) -> None:
    with pytest.raises(ModelError, match="no style"):
        find_styles(["cold", "nobody"], OPTIONS)
