"""Style weights become a constant of the model, checked with the onnx package."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from realtime_nst.models.bake_style import bake_style, drop_weights_default
from realtime_nst.models.metadata import metadata_of
from realtime_nst.models.protobuf import Malformed
from realtime_nst.models.signature import WEIGHTS, Value, read_signature
from tests.helpers import onnx_models

SHIPPED = sorted((Path(__file__).parents[2] / "models").glob("*/model.onnx"))
WEIGHT = st.floats(0, 1, width=32)


def with_default(path: Path) -> bytes:
    """Create a model of two styles with a default for the weights."""
    model = onnx.load(onnx_models.two(path))
    default = helper.make_tensor(WEIGHTS, TensorProto.FLOAT, [2], [1.0, 0.0])  # float_data
    model.graph.initializer.append(default)
    return bytes(model.SerializeToString())


def painted(model: bytes, light: int = 200, **more: np.ndarray) -> int:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    frame = np.full((1, 16, 16, 3), light, np.uint8)
    values = np.unique(session.run(None, {"frame": frame, **more})[0])
    assert len(values) == 1
    return int(values[0])


@pytest.mark.parametrize("default", [False, True])
def test_bake_style_makes_weights_constant(tmp_path: Path, default: bool) -> None:
    path = tmp_path / "model.onnx"
    model = with_default(path) if default else onnx_models.two(path).read_bytes()
    fixed = onnx.load_from_string(bake_style(model, [0.5, 0.5]))
    onnx.checker.check_model(fixed, full_check=True)
    assert [value.name for value in fixed.graph.input] == ["frame"]
    assert [tensor.name for tensor in fixed.graph.initializer] == [WEIGHTS]
    assert numpy_helper.to_array(fixed.graph.initializer[0]).tolist() == [0.5, 0.5]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(weights=st.tuples(WEIGHT, WEIGHT))
def test_bake_style_keeps_the_rest(tmp_path: Path, weights: tuple[float, float]) -> None:
    model = with_default(tmp_path / "model.onnx")
    fixed = onnx.load_from_string(bake_style(model, weights))
    wanted = onnx.load_from_string(model)
    del wanted.graph.input[1], wanted.graph.initializer[0]
    constant = numpy_helper.from_array(np.array(weights, np.float32), WEIGHTS)
    wanted.graph.initializer.append(constant)
    assert fixed == wanted


def test_drop_weights_default(tmp_path: Path) -> None:
    bare = onnx.load_from_string(drop_weights_default(with_default(tmp_path / "model.onnx")))
    assert bare == onnx.load(onnx_models.two(tmp_path / "without.onnx"))


def test_baked_model_equals_weights_per_call(tmp_path: Path) -> None:
    model = with_default(tmp_path / "model.onnx")
    assert painted(model) == 200
    for weights in ([1.0, 0.0], [0.0, 1.0], [0.25, 0.75]):
        given_weights = np.array(weights, np.float32)
        assert painted(bake_style(model, weights)) == painted(model, style_weights=given_weights)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_bake_style_of_shipped_models(path: Path) -> None:
    """Every style can be baked, and the card is kept."""
    model = path.read_bytes()
    styles = read_signature(model).styles
    if styles == 1:
        pytest.skip("one style is fixed as it is")
    frame = np.random.default_rng(3).integers(0, 256, (1, 48, 64, 3), np.uint8)
    blended = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    for weights in np.eye(styles, dtype=np.float32):
        fixed = bake_style(model, weights.tolist())
        alone = onnxruntime.InferenceSession(fixed, providers=["CPUExecutionProvider"])
        wanted = blended.run(None, {"frame": frame, "style_weights": weights})[0]
        difference = alone.run(None, {"frame": frame})[0].astype(int) - wanted
        assert np.abs(difference).max() <= 1  # folded scales round differently
        assert metadata_of(fixed) == metadata_of(model)


def test_read_signature(tmp_path: Path) -> None:
    signature = read_signature(onnx_models.two(tmp_path / "model.onnx").read_bytes())
    image = Value("uint8", (1, "height", "width", 3))
    assert signature.inputs == {"frame": image, WEIGHTS: Value("float32", (2,))}
    assert signature.outputs == {"stylized": image}
    assert signature.styles == 2
    assert signature.mismatch() is None


@given(st.binary(max_size=80))
def test_read_signature_of_other_bytes(junk: bytes) -> None:
    try:
        assert read_signature(junk).mismatch()
    except ValueError as error:
        assert isinstance(error, Malformed | UnicodeDecodeError)  # noqa: PT017 -- either is right
