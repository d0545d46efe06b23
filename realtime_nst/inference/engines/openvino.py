"""The OpenVINO engine, which runs on x86 and ARM CPUs of any vendor."""

import sys
from collections import Counter
from functools import cache
from typing import Any

import numpy as np

from realtime_nst.errors import DeviceError, MissingExtraError, ModelError
from realtime_nst.extras import install_command
from realtime_nst.frame import Image
from realtime_nst.inference.devices import Device, device_error
from realtime_nst.inference.engines import (
    CompiledModel,
    EngineSettings,
    RuntimeInfo,
    Size,
    StyleWeights,
    thread_count,
)
from realtime_nst.inference.engines.crash_check import crash_reason
from realtime_nst.inference.engines.onnx_runtime_errors import OUT_OF_MEMORY, SMALLER_HINT
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.precisions import BF16, FP16, FP32, INT8
from realtime_nst.models.signature import FRAME, STYLIZED, WEIGHTS

HINTS = {FP32: "f32", INT8: "f32", FP16: "f32", BF16: "bf16"}
"""OpenVINO's precision hint by our precision; layers quantized in the file stay int8."""
NAMES = {"f32": FP32, "bf16": BF16, "f16": FP16, "u8": INT8, "i8": INT8}
"""Our precision by OpenVINO's name for the precision of a node."""
TELEMETRY = "openvino_telemetry"


class OpenVino:
    """Compiled model with one request, which shares memory with the input and output arrays."""

    def __init__(self, vino: Any, compiled: Any, network: OnnxModel, info: RuntimeInfo) -> None:
        self._tensor, self._request = vino.Tensor, compiled.create_infer_request()
        self._network = network
        self.info = info
        self._shared: tuple[object, ...] = ()

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Stylize one image."""
        # OpenVINO shares only writable memory, though it never writes to the input.
        frame = np.require(image[None], requirements=("C", "W"))
        stylized = np.empty_like(frame)
        try:
            self._request.set_tensor(FRAME, self._tensor(frame, shared_memory=True))
            self._request.set_tensor(STYLIZED, self._tensor(stylized, shared_memory=True))
            if weights is not None:
                self._request.set_tensor(WEIGHTS, self._tensor(weights))
            self._shared = (frame, stylized)  # the request does not keep them alive
            self._request.infer()
        except RuntimeError as error:
            raise _translate(self._network, error) from error
        result: Image = stylized[0]
        return result


def open_openvino(
    network: OnnxModel, device: Device, settings: EngineSettings, size: Size
) -> CompiledModel:
    """Compile a model with OpenVINO; see ``Engine``."""
    vino = openvino()
    core = _core()
    if settings.precision == BF16 and BF16.upper() not in _capabilities(core):
        raise device_error(device, "this processor has no bf16")
    if unsafe := crash_reason(network):
        raise device_error(device, unsafe)
    options = {
        "INFERENCE_PRECISION_HINT": HINTS[settings.precision],
        "INFERENCE_NUM_THREADS": settings.threads,
        "PERFORMANCE_HINT": "LATENCY",
        # Pinned threads would wait for decoder and encoder on their core while others are idle.
        "ENABLE_CPU_PINNING": False,
    }
    try:
        model = core.read_model(network.model)
        model.reshape(_shapes(network, size))
        compiled = core.compile_model(model, device.provider, options)
    except RuntimeError as error:
        raise _translate(network, error) from error
    return OpenVino(vino, compiled, network, _runtime_info(compiled, device))


def openvino() -> Any:
    """Import OpenVINO without its telemetry, which would send a report on import.

    Raises:
        MissingExtraError: it is not installed.
    """
    imported = TELEMETRY in sys.modules
    if not imported:
        sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # it then uses an empty stub
    try:
        import openvino
    except ImportError as error:
        missing = error.name == "openvino"
        reason = "OpenVINO is not installed" if missing else f"OpenVINO cannot be imported: {error}"
        raise MissingExtraError(reason, install_command("openvino")) from error
    finally:
        if not imported:
            del sys.modules[TELEMETRY]
    return openvino


@cache
def _core() -> Any:
    """Return OpenVINO's core; there is only one, and it is never released.

    On Linux a core gives the thread that first uses it an alternate signal stack of its own, and
    restores the previous one when it is destroyed. With two cores, the thread may be left with a
    stack in freed memory: the next Ctrl-C then crashes the program.
    """
    return openvino().Core()


def _capabilities(core: Any) -> list[str]:
    return list(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def _shapes(network: OnnxModel, size: Size) -> dict[str, list[int]]:
    shapes = {FRAME: [1, *size, 3]}
    if network.is_multi_style:
        shapes[WEIGHTS] = [len(network.card.styles)]
    return shapes


def _runtime_info(compiled: Any, device: Device) -> RuntimeInfo:
    """Read placement, precision and threads from the compiled model."""
    nodes = [node.get_rt_info() for node in compiled.get_runtime_model().get_ops()]
    working = [node for node in nodes if str(node["layerType"].astype(str)) != "Const"]
    devices = compiled.get_property("EXECUTION_DEVICES")
    placement = {f"OpenVINO {', '.join(devices)}": len(working)}
    threads = compiled.get_property("INFERENCE_NUM_THREADS")
    return RuntimeInfo(
        device.label, _precision(compiled, working), placement, thread_count(threads)
    )


def _precision(compiled: Any, nodes: list[Any]) -> str:
    """Return the precision of most convolutions; without convolutions, that of the hint."""
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


def _translate(network: OnnxModel, error: RuntimeError) -> ModelError | DeviceError:
    """Return our error with the last line of a message; the first ones are source locations."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if OUT_OF_MEMORY.search(str(error)):
        return DeviceError(f"{network.path} cannot run: out of memory", SMALLER_HINT)
    return ModelError(f"{network.path} cannot run with OpenVINO: {lines[-1]}", "--device cpu")
