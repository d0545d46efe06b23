"""The ONNX Runtime engine, for all of its devices."""

import contextlib
import io
import re
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import DeviceError, MissingExtraError
from realtime_nst.extras import install_command
from realtime_nst.frame import LARGE_FRAME_PIXELS, Image
from realtime_nst.inference.devices import DEVICES, Device, device_error, why_missing
from realtime_nst.inference.engines import (
    CompiledModel,
    EngineSettings,
    RuntimeInfo,
    Size,
    StyleWeights,
    thread_count,
)
from realtime_nst.inference.engines.io_binding import IoBindingModel
from realtime_nst.inference.engines.onnx_runtime_errors import TranslatedErrors
from realtime_nst.inference.engines.providers import Provider, providers_for
from realtime_nst.inference.engines.webgpu import web_gpus, why_no_web_gpu
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.signature import FRAME, WEIGHTS

WARM_RUNS = 3
"""Runs before a device counts as working: libraries such as cuDNN are loaded only then, and may be
missing; kernels are searched for; and a CUDA graph is captured."""


class PlainModel:
    """Compiled model with frames in host memory.

    The input is not copied, and the result is a new array: binding buffers to a CPU session gained
    nothing at any size that was measured.
    """

    def __init__(self, session: Any, info: RuntimeInfo, errors: TranslatedErrors) -> None:
        self._session, self._errors = session, errors
        self.info = info

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Stylize one image."""
        feed: dict[str, NDArray[Any]] = {FRAME: image[None]}
        if weights is not None:
            feed[WEIGHTS] = weights
        with self._errors:
            stylized: Image = self._session.run(None, feed)[0][0]
        return stylized


def open_onnx_runtime(
    network: OnnxModel, device: Device, settings: EngineSettings, size: Size
) -> CompiledModel:
    """Compile a model with ONNX Runtime; see ``Engine``."""
    runtime = onnx_runtime()
    if missing := why_unavailable(runtime, device):
        raise device_error(device, missing)
    load_failure = _load_nvidia() if device.nvidia else None
    errors = []
    for provider in providers_for(device, network, settings, size):
        try:
            return _open(runtime, network, provider, settings, size, load_failure)
        except DeviceError as error:
            errors.append(error)
    raise errors[-1]


def onnx_runtime() -> Any:
    """Import ONNX Runtime and disable its telemetry.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        hint = f"{install_command('cpu')}  # with an NVIDIA GPU: [gpu]"
        missing = error.name == "onnxruntime"
        reason = "is not installed" if missing else f"cannot be imported: {error}"
        raise MissingExtraError(f"ONNX Runtime {reason}", hint) from error
    # Builds for Windows ignore the environment variables set when the package is imported.
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def why_unavailable(runtime: Any, device: Device) -> str | None:
    """Return why ONNX Runtime cannot use a device, found without opening a model; or None."""
    if device is DEVICES["webgpu"]:
        return why_no_web_gpu(runtime)
    return why_missing(device, runtime.get_available_providers())


def _open(
    runtime: Any,
    network: OnnxModel,
    provider: Provider,
    settings: EngineSettings,
    size: Size,
    load_failure: str | None,
) -> CompiledModel:
    device = provider.device
    session = _create(runtime, network, provider, _options(runtime, network, settings, size))
    placement = _placement(session)
    counts = {name: sum(nodes.values()) for name, nodes in placement.items()}
    info = _runtime_info(network, provider, settings, counts)
    errors = TranslatedErrors(network, device)
    compiled: CompiledModel
    if provider.memory:
        compiled = IoBindingModel(
            session, runtime.OrtValue, provider.memory, size, network, info, errors
        )
    else:
        compiled = PlainModel(session, info, errors)
    if device is not DEVICES["cpu"]:
        _warm_up(compiled, network, device, size)
        if misplaced := _misplaced_nodes(placement, device):
            raise device_error(device, load_failure or misplaced)
    return compiled


def _options(runtime: Any, network: OnnxModel, settings: EngineSettings, size: Size) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = 1
    # At 4K planning memory for the whole frame takes 0.15 GB more (519 instead of 365 MB) and
    # gains no time.
    options.enable_mem_pattern = size[0] * size[1] < LARGE_FRAME_PIXELS
    options.log_severity_level = 4  # errors are raised as well, and reported by us
    spin = "1" if settings.spin else "0"
    options.add_session_config_entry("session.intra_op.allow_spinning", spin)
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    for name, pixels in zip(network.free_sizes, size, strict=True):
        if name:
            options.add_free_dimension_override_by_name(name, pixels)
    return options


def _create(runtime: Any, network: OnnxModel, provider: Provider, options: Any) -> Any:
    device = provider.device
    with TranslatedErrors(network, device):
        if device is DEVICES["webgpu"]:
            options.add_provider_for_devices(web_gpus(runtime), dict(provider.options))
            return runtime.InferenceSession(network.model, options)
        if device is DEVICES["directml"]:
            options.enable_mem_pattern = False  # DirectML does not support memory patterns
        # Without enable_fallback=False ONNX Runtime prints a message and uses another provider.
        return runtime.InferenceSession(
            network.model, options, provider.chain, enable_fallback=False
        )


def _warm_up(compiled: CompiledModel, network: OnnxModel, device: Device, size: Size) -> None:
    """Check that the model runs, and that its output depends on the frame.

    A wrongly captured graph returns the first frame forever (onnxruntime#20050).
    """
    count = len(network.card.styles)
    weights = np.full(count, 1 / count, np.float32) if network.is_multi_style else None
    dark, light = (np.full((*size, 3), grey, np.uint8) for grey in (0, 255))
    for _ in range(WARM_RUNS):
        before = compiled(dark, weights)
    after = compiled(light, weights)
    if np.array_equal(before, after):
        raise device_error(device, "it computes the same image for every input")


@cache
def _load_nvidia() -> str | None:
    """Load NVIDIA's libraries from their wheels; return the first failure, if any."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)  # our error reports it in one line
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        onnxruntime.preload_dlls()
    failed = re.search(r"Failed to load [^:]+", printed.getvalue())
    return failed[0] if failed else None


def _placement(session: Any) -> dict[str, Counter[str]]:
    """Count by provider the nodes it really runs, by type; being listed as provider is no proof."""
    placement: dict[str, Counter[str]] = {}
    for part in session.get_provider_graph_assignment_info():  # a provider may have many parts
        kinds = placement.setdefault(part.ep_name, Counter())
        kinds.update(node.op_type for node in part.get_nodes())
    return placement


def _misplaced_nodes(placement: dict[str, Counter[str]], device: Device) -> str | None:
    """Return which work runs on another provider; a few shape computations may run on the CPU."""
    if device.provider not in placement:
        return f"ONNX Runtime gave the whole model to {', '.join(placement)}"
    lost = {
        name
        for name, nodes in placement.items()
        if name != device.provider and any("Conv" in kind for kind in nodes)
    }
    return f"ONNX Runtime gave convolutions to {', '.join(lost)}" if lost else None


def _runtime_info(
    network: OnnxModel, provider: Provider, settings: EngineSettings, counts: dict[str, int]
) -> RuntimeInfo:
    device, precision = provider.device, provider.precision or network.card.precision
    if device is DEVICES["cpu"]:
        return RuntimeInfo(device.label, precision, counts, thread_count(settings.threads))
    own = f"{counts.get(device.provider, 0)} of {sum(counts.values())} nodes"
    return RuntimeInfo(device.label, precision, counts, ", ".join([own, *provider.notes]))
