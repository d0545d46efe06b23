"""Every engine computes the same image, in a new array, and reports what really ran."""

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from realtime_nst.errors import DeviceError, MissingExtraError, ModelError
from realtime_nst.frame import Image
from realtime_nst.inference.candidates import int8_is_exact
from realtime_nst.inference.devices import DEVICES, Device
from realtime_nst.inference.engines import (
    CompiledModel,
    Engine,
    EngineSettings,
    RuntimeInfo,
    Size,
    StyleWeights,
    openvino,
)
from realtime_nst.inference.engines import onnx_runtime as ort
from realtime_nst.inference.engines.io_binding import IoBindingModel
from realtime_nst.inference.engines.onnx_runtime import open_onnx_runtime
from realtime_nst.inference.engines.onnx_runtime_errors import TranslatedErrors
from realtime_nst.inference.engines.openvino import open_openvino
from realtime_nst.inference.session import open_session
from realtime_nst.models.onnx_model import OnnxModel, read_network
from realtime_nst.models.precisions import BF16, FP32, INT8
from realtime_nst.models.signature import FRAME, STYLIZED, WEIGHTS
from tests.helpers import onnx_models

SETTINGS = EngineSettings(threads=1)
SIZE = (37, 52)


def open_bound(
    network: OnnxModel, device: Device, settings: EngineSettings, size: Size
) -> CompiledModel:
    """Compile a model as for GPUs, with buffers in host memory."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    session = onnxruntime.InferenceSession(
        network.model, options, providers=["CPUExecutionProvider"]
    )
    info = RuntimeInfo("Bound", network.card.precision, {}, "1 thread")
    value, errors = onnxruntime.OrtValue, TranslatedErrors(network, device)
    return IoBindingModel(session, value, "cpu", size, network, info, errors)


@dataclass(frozen=True)
class Case:
    """An engine, and how much its images may differ from the reference."""

    engine: Engine
    device: str
    precision: str
    grey: int
    """Maximum difference of a pixel in gray levels."""


ENGINES = {
    "onnxruntime": Case(open_onnx_runtime, "cpu", FP32, 0),
    # Another order of the same sums: 0.5 may be rounded down instead of up.
    "bound": Case(open_bound, "cpu", FP32, 1),
    "openvino": Case(open_openvino, "openvino", FP32, 1),
    # Eight bits of fraction: 255 is exact to half a level, and scales are rounded as well.
    "openvino-bf16": Case(open_openvino, "openvino", BF16, 4),
}

# Found without an import, which would send telemetry.
with_openvino = pytest.mark.skipif(
    find_spec("openvino") is None, reason="OpenVINO is not installed: its engine is not tested"
)


@pytest.fixture(params=ENGINES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    found = ENGINES[request.param]
    if found.device == "openvino" and find_spec("openvino") is None:
        pytest.skip("OpenVINO is not installed: its engine is not tested")
    if found.precision == BF16 and "BF16" not in capabilities():
        pytest.skip("this processor has no bf16: it is not tested")
    return found


def capabilities() -> list[str]:
    core = openvino.openvino().Core()
    return list(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def opened(case: Case, network: OnnxModel, size: Size = SIZE) -> CompiledModel:
    settings = EngineSettings(threads=1, precision=case.precision)
    return case.engine(network, DEVICES[case.device], settings, size)


def picture(seed: int = 0, size: Size = SIZE) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


def reference(network: OnnxModel, image: Image, weights: StyleWeights | None) -> Image:
    session = onnxruntime.InferenceSession(network.model, providers=["CPUExecutionProvider"])
    feed = {FRAME: image[None]} | ({} if weights is None else {WEIGHTS: weights})
    stylized: Image = session.run([STYLIZED], feed)[0][0]
    return stylized


@pytest.fixture
def brush(tmp_path: Path) -> OnnxModel:
    return read_network(onnx_models.brush(tmp_path / "model.onnx"))


def same(image: Image, wanted: Image, case: Case) -> bool:
    difference = np.abs(image.astype(int) - wanted)
    return image.shape == wanted.shape and bool(difference.max() <= case.grey)


@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.0, 1.0), (0.25, 0.75)])
def test_engine_weights_per_call_or_fixed(
    case: Case, brush: OnnxModel, weights: tuple[float, float]
) -> None:
    given = np.array(weights, np.float32)
    wanted = reference(brush, picture(), given)
    assert len(np.unique(wanted)) > 100
    assert same(opened(case, brush)(picture(), given), wanted, case)
    assert same(opened(case, brush.baked(weights))(picture(), None), wanted, case)


def test_engine_weights_change_between_calls(case: Case, brush: OnnxModel) -> None:
    running = opened(case, brush)
    for weights in np.array([[1, 0], [0, 1], [0.5, 0.5], [1, 0]], np.float32):
        assert same(running(picture(), weights), reference(brush, picture(), weights), case)


def test_engine_returns_new_array(case: Case, brush: OnnxModel) -> None:
    running = opened(case, brush.baked((1.0, 0.0)))
    first = running(picture(1), None)
    kept = first.copy()
    second = running(picture(2), None)
    assert np.array_equal(first, kept)
    assert not np.array_equal(first, second)
    assert first.flags.c_contiguous
    assert first.flags.writeable


def test_engine_does_not_write_to_input(case: Case, brush: OnnxModel) -> None:
    """Images decoded into read-only memory can be stylized, too."""
    frame = picture()
    frame.flags.writeable = False
    running = opened(case, brush.baked((1.0, 0.0)))
    assert same(running(frame, None), reference(brush.baked((1.0, 0.0)), picture(), None), case)
    assert np.array_equal(frame, picture())


@pytest.mark.parametrize("size", [(32, 32), (33, 41), (48, 200)])
def test_engine_sizes(case: Case, brush: OnnxModel, size: Size) -> None:
    fixed = brush.baked((1.0, 0.0))
    image = picture(3, size)
    assert same(opened(case, fixed, size)(image, None), reference(fixed, image, None), case)


def test_engine_int8(case: Case, tmp_path: Path) -> None:
    if case.precision == BF16:
        pytest.skip("a quantized model is not rounded again")
    network = read_network(onnx_models.brush(tmp_path / "int8.onnx", int8=True))
    running = opened(case, network)
    if case.device == "openvino" and not int8_is_exact():
        case = replace(
            case, grey=16
        )  # AVX2 adds two products in 16 bits, where large ones saturate
    assert same(running(picture(), None), reference(network, picture(), None), case)
    assert running.info.precision == INT8


def test_engine_runtime_info(case: Case, brush: OnnxModel) -> None:
    if case.engine is open_bound:
        pytest.skip("a session for GPUs is told what ran")
    info = opened(case, brush.baked((1.0, 0.0))).info
    assert str(info) == f"{DEVICES[case.device].label} {case.precision}, 1 thread"
    (nodes,) = info.placement.values()
    assert nodes >= 5


def test_engine_output_of_another_size(case: Case, tmp_path: Path) -> None:
    """The engine either refuses the model or returns the other size, which sessions check."""
    network = read_network(onnx_models.cropping(tmp_path / "model.onnx"))
    try:
        stylized = opened(case, network)(picture(), None)
    except ModelError as error:
        assert "cannot run" in str(error)  # noqa: PT017 -- either ending is right
        assert error.hint  # noqa: PT017
    else:
        assert stylized.shape != picture().shape


def test_engine_refuses_model_that_cannot_run(case: Case, tmp_path: Path) -> None:
    if case.engine is open_bound:
        pytest.skip("it is made of a session that was opened")
    network = read_network(onnx_models.unknown(tmp_path / "model.onnx"))
    with pytest.raises(
        ModelError, match=r"model\.onnx (cannot run|is not an ONNX model)"
    ) as caught:
        opened(case, network)
    assert caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("ir_version", r"too new for ONNX Runtime \d.*: it has IR version 99, .* up to \d+$"),
        ("opset_import", r"too new for ONNX Runtime \d.*: it has opset 99, .* up to \d+$"),
    ],
)
def test_model_newer_than_onnx_runtime(tmp_path: Path, part: str, message: str) -> None:
    path = onnx_models.invert(tmp_path / "model.onnx")
    model = onnx.load(path)
    if part == "ir_version":
        model.ir_version = 99
    else:
        model.opset_import[0].version = 99
    onnx.save(model, path)
    with pytest.raises(ModelError, match=message) as caught:
        open_session(path, "cpu")
    assert re.fullmatch(r"pip install -U onnxruntime[-\w]*", caught.value.hint)


def test_openvino_import_without_telemetry(brush: OnnxModel) -> None:
    """Importing OpenVINO sends telemetry; our import does not, and restores ``sys.modules``."""
    code = (
        "import sys\n"
        "from realtime_nst.inference.engines.openvino import openvino\n"
        "openvino()\n"
        "assert 'openvino_telemetry' not in sys.modules\n"
        "assert not any('backend_ga' in name for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@with_openvino
def test_openvino_keeps_signal_handlers(brush: OnnxModel) -> None:
    """A core that is destroyed would leave an unmapped signal stack behind."""
    code = (
        "import signal, sys\n"
        "from pathlib import Path\n"
        "from realtime_nst.inference.devices import DEVICES\n"
        "from realtime_nst.inference.engines import EngineSettings\n"
        "from realtime_nst.inference.engines.openvino import open_openvino\n"
        "from realtime_nst.models.onnx_model import read_network\n"
        "network = read_network(Path(sys.argv[1]))\n"
        "device, settings = DEVICES['openvino'], EngineSettings(1)\n"
        "one, two = (open_openvino(network, device, settings, (24, 32)) for _ in range(2))\n"
        "del one\n"
        "del two\n"
        "signal.signal(signal.SIGINT, lambda *arguments: print('handled'))\n"
        "signal.raise_signal(signal.SIGINT)\n"
    )
    command = [sys.executable, "-c", code, str(brush.path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "handled\n"), ended.stderr


@pytest.mark.parametrize(
    ("module", "engine", "device", "hint"),
    [
        ("onnxruntime", open_onnx_runtime, "cpu", "[cpu]"),
        ("openvino", open_openvino, "openvino", "[openvino]"),
    ],
)
def test_engine_not_installed(
    monkeypatch: pytest.MonkeyPatch,
    brush: OnnxModel,
    module: str,
    engine: Engine,
    device: str,
    hint: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match="is not installed") as caught:
        engine(brush, DEVICES[device], SETTINGS, SIZE)
    assert hint in caught.value.hint


@with_openvino
def test_openvino_refuses_unsupported_bf16(
    monkeypatch: pytest.MonkeyPatch, brush: OnnxModel
) -> None:
    monkeypatch.setattr(openvino, "_capabilities", lambda core: ["FP32", "INT8"])
    with pytest.raises(DeviceError, match="no bf16") as caught:
        open_openvino(brush, DEVICES["openvino"], EngineSettings(1, precision=BF16), SIZE)
    assert caught.value.hint


def test_warm_up_refuses_constant_output(brush: OnnxModel) -> None:
    """A CUDA graph that was captured with other buffers returns the same image forever."""

    def frozen(image: Image, weights: StyleWeights | None) -> Image:
        return np.zeros_like(image)

    with pytest.raises(DeviceError, match="the same image for every input"):
        ort._warm_up(frozen, brush, DEVICES["cuda"], SIZE)  # type: ignore[arg-type]
    ort._warm_up(open_bound(brush, DEVICES["cpu"], SETTINGS, SIZE), brush, DEVICES["cuda"], SIZE)


def test_webgpu_without_plugin(brush: OnnxModel) -> None:
    if find_spec("onnxruntime_ep_webgpu"):
        pytest.skip("the plugin is installed")
    with pytest.raises(DeviceError, match="onnxruntime-ep-webgpu is not installed") as caught:
        open_onnx_runtime(brush, DEVICES["webgpu"], SETTINGS, SIZE)
    assert "pip install" in caught.value.hint
