"""Every engine paints the same picture, in an array of its own, and tells truly what ran."""

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
    """What GPUs get, with buffers in the host's memory."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    session = onnxruntime.InferenceSession(
        network.model, options, providers=["CPUExecutionProvider"]
    )
    ran = RuntimeInfo("Bound", network.card.precision, {}, "1 thread")
    value, told = onnxruntime.OrtValue, TranslatedErrors(network, device)
    return IoBindingModel(session, value, "cpu", size, network, ran, told)


@dataclass(frozen=True)
class Case:
    """An engine, and how far its pictures may be from the reference."""

    engine: Engine
    device: str
    precision: str
    grey: int
    """Levels that a pixel may differ by."""


ENGINES = {
    "onnxruntime": Case(open_onnx_runtime, "cpu", FP32, 0),
    # Another order of the same sums: a half may be rounded down instead of up.
    "bound": Case(open_bound, "cpu", FP32, 1),
    "openvino": Case(open_openvino, "openvino", FP32, 1),
    # Eight bits of fraction: 255 is exact to half a level, and scales are rounded likewise.
    "openvino-bf16": Case(open_openvino, "openvino", BF16, 4),
}

# Asked without an import, which would report its use.
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
def test_weights_given_with_a_frame_or_fixed(
    case: Case, brush: OnnxModel, weights: tuple[float, float]
) -> None:
    given = np.array(weights, np.float32)
    wanted = reference(brush, picture(), given)
    assert len(np.unique(wanted)) > 100
    assert same(opened(case, brush)(picture(), given), wanted, case)
    assert same(opened(case, brush.baked(weights))(picture(), None), wanted, case)


def test_weights_may_change_from_frame_to_frame(case: Case, brush: OnnxModel) -> None:
    running = opened(case, brush)
    for weights in np.array([[1, 0], [0, 1], [0.5, 0.5], [1, 0]], np.float32):
        assert same(running(picture(), weights), reference(brush, picture(), weights), case)


def test_every_painting_is_an_array_of_its_own(case: Case, brush: OnnxModel) -> None:
    running = opened(case, brush.baked((1.0, 0.0)))
    first = running(picture(1), None)
    kept = first.copy()
    second = running(picture(2), None)
    assert np.array_equal(first, kept)
    assert not np.array_equal(first, second)
    assert first.flags.c_contiguous
    assert first.flags.writeable


def test_a_frame_is_only_read(case: Case, brush: OnnxModel) -> None:
    """Pictures decoded into memory that must not be written to can be painted, too."""
    frame = picture()
    frame.flags.writeable = False
    running = opened(case, brush.baked((1.0, 0.0)))
    assert same(running(frame, None), reference(brush.baked((1.0, 0.0)), picture(), None), case)
    assert np.array_equal(frame, picture())


@pytest.mark.parametrize("size", [(32, 32), (33, 41), (48, 200)])
def test_sizes(case: Case, brush: OnnxModel, size: Size) -> None:
    fixed = brush.baked((1.0, 0.0))
    image = picture(3, size)
    assert same(opened(case, fixed, size)(image, None), reference(fixed, image, None), case)


def test_whole_numbers(case: Case, tmp_path: Path) -> None:
    if case.precision == BF16:
        pytest.skip("a quantised model is not rounded again")
    network = read_network(onnx_models.brush(tmp_path / "int8.onnx", int8=True))
    running = opened(case, network)
    if case.device == "openvino" and not int8_is_exact():
        case = replace(
            case, grey=16
        )  # AVX2 adds two products in 16 bits, where large ones saturate
    assert same(running(picture(), None), reference(network, picture(), None), case)
    assert running.ran.precision == INT8


def test_what_ran_is_told(case: Case, brush: OnnxModel) -> None:
    if case.engine is open_bound:
        pytest.skip("a session for GPUs is told what ran")
    ran = opened(case, brush.baked((1.0, 0.0))).ran
    assert str(ran) == f"{DEVICES[case.device].label} {case.precision}, 1 thread"
    (nodes,) = ran.placement.values()
    assert nodes >= 5


def test_a_model_that_changes_the_size(case: Case, tmp_path: Path) -> None:
    """No picture of a wrong size comes back as if nothing were wrong."""
    network = read_network(onnx_models.cropping(tmp_path / "model.onnx"))
    try:
        stylized = opened(case, network)(picture(), None)
    except ModelError as error:
        assert "cannot run" in str(error)  # noqa: PT017 -- either ending is right
        assert error.hint  # noqa: PT017
    else:
        assert stylized.shape != picture().shape


def test_a_network_that_cannot_run(case: Case, tmp_path: Path) -> None:
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


def test_openvino_without_its_report(brush: OnnxModel) -> None:
    """Importing it would tell its maker; our import does not, and leaves no trace of how."""
    code = (
        "import sys\n"
        "from realtime_nst.inference.engines.openvino import openvino\n"
        "openvino()\n"
        "assert 'openvino_telemetry' not in sys.modules\n"
        "assert not any('backend_ga' in name for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@with_openvino
def test_openvino_lets_signals_through(brush: OnnxModel) -> None:
    """Where its core is not kept, it leaves the stack of signals behind unmapped."""
    code = (
        "import signal, sys\n"
        "from pathlib import Path\n"
        "from realtime_nst.inference.devices import DEVICES\n"
        "from realtime_nst.inference.engines import EngineSettings\n"
        "from realtime_nst.inference.engines.openvino import open_openvino\n"
        "from realtime_nst.models.onnx_model import read_network\n"
        "network = read_network(Path(sys.argv[1]))\n"
        "one, two = (\n"
        "    open_openvino(network, DEVICES['openvino'], EngineSettings(1), (24, 32))\n"
        "    for _ in range(2)\n"
        ")\n"
        "del one\n"
        "del two\n"
        "signal.signal(signal.SIGINT, lambda *told: print('heard'))\n"
        "signal.raise_signal(signal.SIGINT)\n"
    )
    command = [sys.executable, "-c", code, str(brush.path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "heard\n"), told.stderr


@pytest.mark.parametrize(
    ("module", "engine", "device", "hint"),
    [
        ("onnxruntime", open_onnx_runtime, "cpu", "[cpu]"),
        ("openvino", open_openvino, "openvino", "[openvino]"),
    ],
)
def test_an_engine_that_is_not_installed(
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
def test_bf16_needs_a_processor_that_has_it(
    monkeypatch: pytest.MonkeyPatch, brush: OnnxModel
) -> None:
    monkeypatch.setattr(openvino, "_capabilities", lambda core: ["FP32", "INT8"])
    with pytest.raises(DeviceError, match="no bf16") as caught:
        open_openvino(brush, DEVICES["openvino"], EngineSettings(1, precision=BF16), SIZE)
    assert caught.value.hint


def test_a_device_that_shows_one_picture_for_ever_is_refused(brush: OnnxModel) -> None:
    """What a CUDA graph does that was captured with other buffers than are used."""

    def frozen(image: Image, weights: StyleWeights | None) -> Image:
        return np.zeros_like(image)

    with pytest.raises(DeviceError, match="whatever it is shown"):
        ort._warm(frozen, brush, DEVICES["cuda"], SIZE)  # type: ignore[arg-type]
    ort._warm(open_bound(brush, DEVICES["cpu"], SETTINGS, SIZE), brush, DEVICES["cuda"], SIZE)


def test_webgpu_without_its_plugin(brush: OnnxModel) -> None:
    if find_spec("onnxruntime_ep_webgpu"):
        pytest.skip("the plugin is installed")
    with pytest.raises(DeviceError, match="onnxruntime-ep-webgpu is not installed") as caught:
        open_onnx_runtime(brush, DEVICES["webgpu"], SETTINGS, SIZE)
    assert "pip install" in caught.value.hint
