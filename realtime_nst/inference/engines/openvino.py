"""The one door to OpenVINO, which runs on x86 and ARM processors of any maker."""

import sys
from collections import Counter
from functools import cache
from typing import Any

import numpy as np

from realtime_nst.errors import DeviceError, MissingExtraError, ModelError
from realtime_nst.extras import install_command
from realtime_nst.frame import Image
from realtime_nst.inference.devices import Device, refused
from realtime_nst.inference.engines import (
    CompiledModel,
    EngineSettings,
    RuntimeInfo,
    Size,
    StyleWeights,
    thread_count,
)
from realtime_nst.inference.engines.crash_check import crash_reason
from realtime_nst.inference.engines.onnx_runtime_errors import OUT_OF_MEMORY, SMALLER
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.precisions import BF16, FP16, FP32, INT8
from realtime_nst.models.signature import FRAME, STYLIZED, WEIGHTS

HINTS = {FP32: "f32", INT8: "f32", FP16: "f32", BF16: "bf16"}
"""Our precisions as OpenVINO's hint for whatever the file does not quantise itself."""
NAMES = {"f32": FP32, "bf16": BF16, "f16": FP16, "u8": INT8, "i8": INT8}
"""Precisions of a node that runs, in our words."""
TELEMETRY = "openvino_telemetry"


class OpenVino:
    """A compiled model with one request, which reads the frame where it lies and writes the
    painting where it shall be."""

    def __init__(self, vino: Any, compiled: Any, network: OnnxModel, ran: RuntimeInfo) -> None:
        self._tensor, self._request = vino.Tensor, compiled.create_infer_request()
        self._network = network
        self.ran = ran
        self._lent: tuple[object, ...] = ()

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Paint one picture."""
        # OpenVINO shares only memory that it may write to, though it never does.
        frame = np.require(image[None], requirements=("C", "W"))
        stylized = np.empty_like(frame)
        try:
            self._request.set_tensor(FRAME, self._tensor(frame, shared_memory=True))
            self._request.set_tensor(STYLIZED, self._tensor(stylized, shared_memory=True))
            if weights is not None:
                self._request.set_tensor(WEIGHTS, self._tensor(weights))
            self._lent = (frame, stylized)  # the request does not keep them alive
            self._request.infer()
        except RuntimeError as error:
            raise _failed(self._network, error) from error
        painting: Image = stylized[0]
        return painting


def open_openvino(
    network: OnnxModel, device: Device, settings: EngineSettings, size: Size
) -> CompiledModel:
    """Open a network with OpenVINO; see ``Engine``."""
    vino = openvino()
    core = _core()
    if settings.precision == BF16 and BF16.upper() not in _capabilities(core):
        raise refused(device, "this processor has no bf16")
    if unsafe := crash_reason(network):
        raise refused(device, unsafe)
    options = {
        "INFERENCE_PRECISION_HINT": HINTS[settings.precision],
        "INFERENCE_NUM_THREADS": settings.threads,
        "PERFORMANCE_HINT": "LATENCY",
        # Threads tied to cores would wait there for decoder and encoder while another core idles.
        "ENABLE_CPU_PINNING": False,
    }
    try:
        model = core.read_model(network.model)
        model.reshape(_shapes(network, size))
        compiled = core.compile_model(model, device.provider, options)
    except RuntimeError as error:
        raise _failed(network, error) from error
    return OpenVino(vino, compiled, network, _ran(compiled, device))


def openvino() -> Any:
    """The library, without the report of its use that importing it would send to its maker.

    Raises:
        MissingExtra: it is not installed.
    """
    told = TELEMETRY in sys.modules
    if not told:
        sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # then it takes an empty one of its own
    try:
        import openvino
    except ImportError as error:
        missing = error.name == "openvino"
        reason = "OpenVINO is not installed" if missing else f"OpenVINO cannot be imported: {error}"
        raise MissingExtraError(reason, install_command("openvino")) from error
    finally:
        if not told:
            del sys.modules[TELEMETRY]
    return openvino


@cache
def _core() -> Any:
    """OpenVINO's one core, which is kept.

    On Linux a core moves the signals of the thread that first uses it to a stack of its own, and
    puts back what was there before when it goes. Of two, the first to go leaves the second one's
    memory in place of its own, or the other way round: the next Ctrl-C then ends the program.
    """
    return openvino().Core()


def _capabilities(core: Any) -> list[str]:
    return list(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def _shapes(network: OnnxModel, size: Size) -> dict[str, list[int]]:
    shapes = {FRAME: [1, *size, 3]}
    if network.is_multi_style:
        shapes[WEIGHTS] = [len(network.card.styles)]
    return shapes


def _ran(compiled: Any, device: Device) -> RuntimeInfo:
    """What the compiled model says of itself, node by node."""
    nodes = [node.get_rt_info() for node in compiled.get_runtime_model().get_ops()]
    working = [node for node in nodes if str(node["layerType"].astype(str)) != "Const"]
    devices = compiled.get_property("EXECUTION_DEVICES")
    placement = {f"OpenVINO {', '.join(devices)}": len(working)}
    threads = compiled.get_property("INFERENCE_NUM_THREADS")
    return RuntimeInfo(
        device.label, _precision(compiled, working), placement, thread_count(threads)
    )


def _precision(compiled: Any, nodes: list[Any]) -> str:
    """What most convolutions compute in; without any, what was set."""
    convolutions = Counter(
        str(node["runtimePrecision"].astype(str))
        for node in nodes
        if "Convolution" in node["layerType"].astype(str)
    )
    if not convolutions:
        hint = str(compiled.get_property("INFERENCE_PRECISION_HINT").to_string())
        return NAMES.get(hint, hint)
    usual = convolutions.most_common(1)[0][0]
    return NAMES.get(usual, usual)


def _failed(network: OnnxModel, error: RuntimeError) -> ModelError | DeviceError:
    """The last line of a message that begins with places in OpenVINO's own source."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if OUT_OF_MEMORY.search(str(error)):
        return DeviceError(f"{network.path} cannot run: out of memory", SMALLER)
    return ModelError(f"{network.path} cannot run with OpenVINO: {lines[-1]}", "--device cpu")
