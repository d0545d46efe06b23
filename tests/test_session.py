"""The door to ONNX Runtime: any size, the right weights, and the truth about the device."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.stylize import devices
from realtime_nst.stylize.session import Session, open_session
from tests import tiny


@pytest.fixture(scope="module")
def invert(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return open_session(tiny.invert(tmp_path_factory.mktemp("model") / "model.onnx"), "cpu")


@given(height=st.integers(16, 200), width=st.integers(16, 200), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_any_size_comes_back_at_its_size(
    invert: Session, height: int, width: int, seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    assert np.array_equal(invert.run(image), 255 - image)


def test_card_and_placement_are_read_from_the_model(invert: Session) -> None:
    assert invert.card.styles[0].name == "invert"
    assert invert.placement == {"CPUExecutionProvider": 1}
    assert invert.why.startswith("CPU, ")


def test_threads_are_said(tmp_path: Path) -> None:
    model = tiny.invert(tmp_path / "model.onnx")
    assert open_session(model, "cpu", threads=1, spin=False).why == "CPU, 1 thread"


@pytest.mark.parametrize(
    ("weights", "expected"), [(None, 200), ([1, 0], 200), ([0, 1], 0), ([0.5, 0.5], 100)]
)
def test_weights_blend_styles(tmp_path: Path, weights: list[float] | None, expected: int) -> None:
    session = open_session(tiny.two(tmp_path / "model.onnx"), "cpu")
    given_weights = None if weights is None else np.array(weights, np.float32)
    stylized = session.run(np.full((16, 16, 3), 200, np.uint8), given_weights)
    assert (stylized == expected).all()


def test_wrong_number_of_weights(tmp_path: Path) -> None:
    session = open_session(tiny.two(tmp_path / "model.onnx"), "cpu")
    with pytest.raises(ModelError, match="has 2 styles"):
        session.run(np.zeros((16, 16, 3), np.uint8), np.ones(3, np.float32))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (tiny.bare, "has no model card"),
        (tiny.floats, r"'frame' is tensor\(float\)"),
        (lambda path: path, "there is no model"),
        (lambda path: path.write_text("not a model") and path, "is not an ONNX model"),
        (lambda path: tiny.two(path, tiny.card("one")), "paints 2 styles, but its card names 1"),
    ],
)
def test_what_is_no_model_of_ours(tmp_path: Path, make: object, message: str) -> None:
    path = tmp_path / "model.onnx"
    assert callable(make)
    make(path)
    with pytest.raises(ModelError, match=message) as caught:
        open_session(path, "cpu")
    assert caught.value.hint


def test_a_model_that_changes_the_size(tmp_path: Path) -> None:
    session = open_session(tiny.cropping(tmp_path / "model.onnx"), "cpu")
    with pytest.raises(ModelError, match="turned"):
        session.run(np.zeros((16, 16, 3), np.uint8))


def _wheels(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    def version(name: str) -> str:
        if name not in names:
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(devices, "version", version)


@pytest.mark.parametrize(
    ("wheels", "driver", "reason"),
    [
        (["onnxruntime"], False, "no NVIDIA driver found"),
        (["onnxruntime"], True, "onnxruntime-gpu is not installed"),
        (["onnxruntime", "onnxruntime-gpu"], True, "overwrite each other"),
    ],
)
def test_asked_for_cuda_and_got_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheels: list[str], driver: bool, reason: str
) -> None:
    model = tiny.invert(tmp_path / "model.onnx")
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setattr(devices, "nvidia_driver", lambda: driver)
    _wheels(monkeypatch, *wheels)
    with pytest.raises(DeviceError, match=reason) as caught:
        open_session(model, "cuda")
    assert "pip install" in caught.value.hint
    assert reason in open_session(model, "auto").why


def test_unknown_device(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="no device 'tpu'") as caught:
        open_session(tiny.invert(tmp_path / "model.onnx"), "tpu")
    assert "cuda" in caught.value.hint


def test_a_provider_that_gets_no_node_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime takes a provider that cannot run the model and silently uses the CPU."""
    fake = devices.Device("Fake", "AzureExecutionProvider", "onnxruntime", "none")
    monkeypatch.setitem(devices.DEVICES, "fake", fake)
    with pytest.raises(DeviceError, match="gave the whole model to CPUExecutionProvider"):
        open_session(tiny.invert(tmp_path / "model.onnx"), "fake")
