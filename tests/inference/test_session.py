"""Sessions: any size, the right weights and variant, and the device that really runs."""

import re
import shutil
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_nst.errors import DeviceError, ImageError, MissingExtraError, ModelError
from realtime_nst.inference import devices, model_opener
from realtime_nst.inference import session as session_module
from realtime_nst.inference.devices import Device
from realtime_nst.inference.engines import CompiledModel, EngineSettings, Size
from realtime_nst.inference.engines.onnx_runtime import open_onnx_runtime
from realtime_nst.inference.model_opener import ModelOpener
from realtime_nst.inference.session import MAX_CACHED_SIZES, Session, open_session
from realtime_nst.inference.trials import AutotuneResult, Measurement
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.registry import find_style
from tests.helpers import onnx_models

PICTURE = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def invert(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return open_session(onnx_models.invert(tmp_path_factory.mktemp("model") / "model.onnx"), "cpu")


@given(height=st.integers(32, 200), width=st.integers(32, 200), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_run_keeps_size(invert: Session, height: int, width: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    assert np.array_equal(invert.run(image), 255 - image)


def test_session_card_and_placement(invert: Session) -> None:
    assert invert.card.styles[0].name == "invert"
    assert invert.placement == {"CPUExecutionProvider": 1}
    assert invert.why.startswith("ONNX Runtime fp32, ")


def test_session_why_names_threads(tmp_path: Path) -> None:
    model = onnx_models.invert(tmp_path / "model.onnx")
    assert open_session(model, "cpu", threads=1, spin=False).why == "ONNX Runtime fp32, 1 thread"


@pytest.mark.parametrize(("weights", "expected"), [([1, 0], 200), ([0, 1], 0), ([0.5, 0.5], 100)])
def test_run_blends_styles_by_weight(tmp_path: Path, weights: list[float], expected: int) -> None:
    session = open_session(onnx_models.two(tmp_path / "model.onnx"), "cpu")
    stylized = session.run(np.full((16, 16, 3), 200, np.uint8), np.array(weights, np.float32))
    assert (stylized == expected).all()


def test_run_without_weights_names_the_styles(tmp_path: Path) -> None:
    path = onnx_models.two(tmp_path / "model.onnx")
    with pytest.raises(ModelError, match="has several styles: keep, black") as caught:
        open_session(path, "cpu").run(PICTURE)
    assert "find_style('keep').weights" in caught.value.hint
    assert (open_session(path, "cpu", weights=(0.0, 1.0)).run(PICTURE) == 0).all()


@pytest.mark.parametrize(
    ("image", "message", "hint"),
    [
        (PICTURE.astype(np.float32) / 255, r"\(48, 64, 3\) float32", "astype"),
        (PICTURE[..., 0], r"\(48, 64\) uint8", "COLOR_GRAY2BGR"),
        (PICTURE[..., :1], r"\(48, 64, 1\) uint8", "COLOR_GRAY2BGR"),
        (np.dstack([PICTURE, PICTURE[..., :1]]), r"\(48, 64, 4\) uint8", "COLOR_BGRA2BGR"),
        (PICTURE[None], r"\(1, 48, 64, 3\)", r"image\[0\]"),
        (PICTURE[:0], r"\(0, 64, 3\)", "one image"),
        (PICTURE.tolist(), "cannot stylize a list", "np.asarray"),
    ],
)
def test_run_refuses_other_types_and_shapes(
    invert: Session, image: Any, message: str, hint: str
) -> None:
    with pytest.raises(ImageError, match=message) as caught:
        invert.run(image)
    assert re.search(hint, caught.value.hint)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("style", ["starry-night", "starry-night@quality"])
@pytest.mark.parametrize("size", [(1, 1), (3, 70), (31, 33)])
def test_run_pads_images_too_small_for_the_network(style: str, size: tuple[int, int]) -> None:
    choice = find_style(style)
    session = open_session(choice.model.path, "cpu", weights=choice.weights)
    assert session.run(np.zeros((*size, 3), np.uint8)).shape == (*size, 3)


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_damaged_model_is_refused(tmp_path: Path) -> None:
    shutil.copytree(find_style("udnie").model.path.parent, tmp_path / "model")
    path, weights = tmp_path / "model" / "model.onnx", find_style("udnie").weights
    open_session(path, "cpu", weights=weights, precision="auto")  # and remember which is fastest
    flip_a_bit(path.parent / "int8" / "udnie.onnx")
    with pytest.raises(ModelError, match=r"udnie\.onnx is damaged: its checksum is wrong"):
        open_session(path, "cpu", weights=weights, precision="int8")
    session = open_session(path, "cpu", weights=weights, precision="auto")
    assert session.why.startswith("ONNX Runtime fp32")
    assert "udnie.onnx is damaged" in session.why
    flip_a_bit(path)
    with pytest.raises(ModelError, match=r"model\.onnx is damaged") as caught:
        open_session(path, "cpu", weights=weights)
    assert f"styles verify {path}" in caught.value.hint


def test_run_refuses_wrong_number_of_weights(tmp_path: Path) -> None:
    session = open_session(onnx_models.two(tmp_path / "model.onnx"), "cpu")
    with pytest.raises(ModelError, match="has 2 styles"):
        session.run(np.zeros((16, 16, 3), np.uint8), np.ones(3, np.float32))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (onnx_models.bare, "has no model card"),
        (onnx_models.floats, "another project's model: its input is frame float32"),
        (lambda path: path, "there is no model"),
        (lambda path: path.write_text("not a model") and path, "is not an ONNX model"),
        (
            lambda path: onnx_models.two(path, onnx_models.card("one")),
            "has 2 styles, but its card names 1",
        ),
    ],
)
def test_open_session_refuses_foreign_models(tmp_path: Path, make: object, message: str) -> None:
    path = tmp_path / "model.onnx"
    assert callable(make)
    make(path)
    with pytest.raises(ModelError, match=message) as caught:
        open_session(path, "cpu")
    assert caught.value.hint


def test_run_refuses_output_of_another_size(tmp_path: Path) -> None:
    session = open_session(onnx_models.cropping(tmp_path / "model.onnx"), "cpu")
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
def test_open_session_cuda_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheels: list[str], driver: bool, reason: str
) -> None:
    model = onnx_models.invert(tmp_path / "model.onnx")
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setattr(devices, "nvidia_driver", lambda: driver)
    monkeypatch.setattr(devices, "nvidia_card", lambda: True)
    _wheels(monkeypatch, *wheels)
    with pytest.raises(DeviceError, match=reason) as caught:
        open_session(model, "cuda")
    assert "pip install" in caught.value.hint
    assert reason in open_session(model, "auto").why


def test_open_session_unknown_device(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="no device 'tpu'") as caught:
        open_session(onnx_models.invert(tmp_path / "model.onnx"), "tpu")
    assert "cuda" in caught.value.hint


def test_open_session_refuses_provider_without_nodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime accepts a provider that cannot run the model and silently uses the CPU."""
    fake = devices.Device("Fake", "AzureExecutionProvider", "onnxruntime", "none")
    monkeypatch.setitem(devices.DEVICES, "fake", fake)
    with pytest.raises(DeviceError, match="gave the whole model to CPUExecutionProvider"):
        open_session(onnx_models.invert(tmp_path / "model.onnx"), "fake")


def test_placement_counts_all_nodes(tmp_path: Path) -> None:
    session = open_session(onnx_models.brush(tmp_path / "model.onnx"), "cpu")
    assert session.placement["CPUExecutionProvider"] >= 6


def test_open_session_with_fixed_weights(tmp_path: Path) -> None:
    path, weights = onnx_models.brush(tmp_path / "model.onnx"), (0.25, 0.75)
    fixed, free = open_session(path, "cpu", weights=weights), open_session(path, "cpu")
    wanted = free.run(PICTURE, np.array(weights, np.float32))
    for given_weights in (None, np.array(weights, np.float32)):
        difference = fixed.run(PICTURE, given_weights).astype(int) - wanted
        assert np.abs(difference).max() <= 1  # folded scales round differently
    with pytest.raises(ModelError, match="was opened for"):
        fixed.run(PICTURE, np.array([1, 0], np.float32))


def test_open_session_refuses_wrong_number_of_weights(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has 2 styles, but got 3 weights"):
        open_session(onnx_models.brush(tmp_path / "model.onnx"), "cpu", weights=(1, 0, 0))


def test_session_caches_few_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    real = open_onnx_runtime

    def counted(
        network: OnnxModel, device: Device, settings: EngineSettings, size: Size
    ) -> CompiledModel:
        opened.append(size)
        return real(network, device, settings, size)

    monkeypatch.setattr(model_opener, "open_onnx_runtime", counted)
    session = open_session(onnx_models.invert(tmp_path / "model.onnx"), "cpu", size=(32, 32))
    sizes = [(32 + step, 40) for step in range(MAX_CACHED_SIZES)]
    for size in [*sizes, *sizes]:
        session.run(np.zeros((*size, 3), np.uint8))
    assert opened == [(32, 32), *sizes]
    session.run(np.zeros((32, 32, 3), np.uint8))
    assert opened == [(32, 32), *sizes, (32, 32)]


@pytest.fixture
def variants(tmp_path: Path) -> Path:
    """Create a model with an int8 file of its first style."""
    onnx_models.brush(tmp_path / "int8" / "warm.onnx", int8=True)
    return onnx_models.brush(tmp_path / "model.onnx")


def test_open_session_without_precision_runs_the_file(variants: Path) -> None:
    """Measuring a file measures that file, not a faster variant."""
    assert open_session(variants, "cpu", weights=(1, 0)).why.startswith("ONNX Runtime fp32")


def test_open_session_with_precision(variants: Path) -> None:
    session = open_session(variants, "cpu", weights=(1, 0), precision="int8")
    assert session.why.startswith("ONNX Runtime int8")
    assert session.card.precision == "fp32"  # the model's, which has all its styles
    assert session.run(PICTURE).shape == PICTURE.shape
    with pytest.raises(ModelError, match="no int8 variant of cold") as caught:
        open_session(variants, "cpu", weights=(0, 1), precision="int8")
    assert caught.value.hint


def test_session_why_names_the_fastest(variants: Path) -> None:
    session = open_session(variants, weights=(1, 0), precision="auto", threads=1)
    figures = r"(ONNX Runtime|OpenVINO) (int8|bf16|fp32), 1 thread: \d+\.\d ms at 320x180; .*\d ms"
    assert re.match(figures, session.why)
    again = open_session(variants, weights=(1, 0), precision="auto", threads=1)
    assert again.why == session.why  # the same times: they are cached
    assert session.run(PICTURE).shape == PICTURE.shape


def test_open_session_falls_back_to_next_candidate(
    variants: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = [Measurement("openvino", "fp32", 0.001), Measurement("cpu", "fp32", 0.002)]
    result = AutotuneResult(tuple(trials), (480, 640))
    monkeypatch.setattr(session_module, "autotune", lambda *about: result)
    monkeypatch.setattr(ModelOpener, "prepare", lambda self, found: None)
    monkeypatch.setattr(session_module, "auto_devices", lambda: ["cpu", "openvino"])

    def refuses(
        network: OnnxModel, device: Device, settings: EngineSettings, size: Size
    ) -> CompiledModel:
        raise DeviceError("OpenVINO is gone", "get it back")

    monkeypatch.setattr(model_opener, "open_openvino", refuses)
    session = open_session(variants, threads=1)
    assert session.why.startswith("ONNX Runtime fp32, 1 thread: 2.0 ms (OpenVINO is gone)")


def test_open_session_without_engine(variants: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "auto_devices", list)
    with pytest.raises(MissingExtraError, match="neither ONNX Runtime nor OpenVINO") as caught:
        open_session(variants)
    assert "pip install" in caught.value.hint


def test_prepare_compiles_and_keeps_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    real = open_onnx_runtime

    def counted(
        network: OnnxModel, device: Device, settings: EngineSettings, size: Size
    ) -> CompiledModel:
        opened.append(size)
        return real(network, device, settings, size)

    monkeypatch.setattr(model_opener, "open_onnx_runtime", counted)
    session = open_session(onnx_models.invert(tmp_path / "model.onnx"), "cpu", size=(32, 32))
    session.prepare((8, 50))  # smaller than a network's smallest input
    session.prepare((8, 50))
    sizes = [(33 + step, 40) for step in range(MAX_CACHED_SIZES)]
    for size in [*sizes, (8, 50)]:
        session.run(np.zeros((*size, 3), np.uint8))
    assert opened == [(32, 32), (32, 50), *sizes]
    session.release((8, 50))
    session.run(np.zeros((8, 50, 3), np.uint8))
    assert opened[-1] == (32, 50)


def test_session_with_weights_as_input_runs_every_style(tmp_path: Path) -> None:
    path = onnx_models.two(tmp_path / "model.onnx")
    fixed = open_session(path, "cpu", weights=(1.0, 0.0), precision="fp32")
    free = fixed.with_weights_as_input()
    assert free.candidate == fixed.candidate
    for weights, expected in (((1, 0), 200), ((0, 1), 0)):
        stylized = free.run(np.full((32, 32, 3), 200, np.uint8), np.array(weights, np.float32))
        assert (stylized == expected).all()
