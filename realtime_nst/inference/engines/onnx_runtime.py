"""The one door to ONNX Runtime, for every device it can reach."""

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
from realtime_nst.inference.devices import DEVICES, Device, refused, why_missing
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
"""Before a device counts as running: libraries such as cuDNN are loaded only now, and may be
missing; kernels are searched for; and a CUDA graph is captured."""


class PlainModel:
    """A session that takes and gives memory of the host.

    An input is not copied, and the result is an array of its own: binding buffers to a session of
    the CPU gained nothing at any size that was measured.
    """

    def __init__(self, session: Any, ran: RuntimeInfo, told: TranslatedErrors) -> None:
        self._session, self._told = session, told
        self.ran = ran

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Paint one picture."""
        feed: dict[str, NDArray[Any]] = {FRAME: image[None]}
        if weights is not None:
            feed[WEIGHTS] = weights
        with self._told:
            stylized: Image = self._session.run(None, feed)[0][0]
        return stylized


def open_onnx_runtime(
    network: OnnxModel, device: Device, settings: EngineSettings, size: Size
) -> CompiledModel:
    """Open a network with ONNX Runtime; see ``Engine``."""
    runtime = onnx_runtime()
    if missing := why_unavailable(runtime, device):
        raise refused(device, missing)
    unloadable = _load_nvidia() if device.nvidia else None
    errors = []
    for provider in providers_for(device, network, settings, size):
        try:
            return _open(runtime, network, provider, settings, size, unloadable)
        except DeviceError as error:
            errors.append(error)
    raise errors[-1]


def onnx_runtime() -> Any:
    """The library.

    Raises:
        MissingExtra: none is installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        cure = f"{install_command('cpu')}  # with an NVIDIA GPU: [gpu]"
        missing = error.name == "onnxruntime"
        reason = "is not installed" if missing else f"cannot be imported: {error}"
        raise MissingExtraError(f"ONNX Runtime {reason}", cure) from error
    # Builds for Windows ignore the variables that the package sets when it is imported.
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def why_unavailable(runtime: Any, device: Device) -> str | None:
    """Why ONNX Runtime cannot use a device, as far as can be told without opening a model."""
    if device is DEVICES["webgpu"]:
        return why_no_web_gpu(runtime)
    return why_missing(device, runtime.get_available_providers())


def _open(
    runtime: Any,
    network: OnnxModel,
    provider: Provider,
    settings: EngineSettings,
    size: Size,
    unloadable: str | None,
) -> CompiledModel:
    device = provider.device
    session = _create(runtime, network, provider, _options(runtime, network, settings, size))
    placement = _placement(session)
    counts = {name: sum(nodes.values()) for name, nodes in placement.items()}
    ran = _ran(network, provider, settings, counts)
    told = TranslatedErrors(network, device)
    running: CompiledModel
    if provider.memory:
        running = IoBindingModel(
            session, runtime.OrtValue, provider.memory, size, network, ran, told
        )
    else:
        running = PlainModel(session, ran, told)
    if device is not DEVICES["cpu"]:
        _warm(running, network, device, size)
        if elsewhere := _elsewhere(placement, device):
            raise refused(device, unloadable or elsewhere)
    return running


def _options(runtime: Any, network: OnnxModel, settings: EngineSettings, size: Size) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = 1
    # At 4K a plan for the whole frame takes 0.15 GB more than its parts (519 and 365 MB) and gains
    # no time.
    options.enable_mem_pattern = size[0] * size[1] < LARGE_FRAME_PIXELS
    options.log_severity_level = 4  # errors are raised as well, and said by us
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
            options.enable_mem_pattern = False  # DirectML refuses a session that plans memory
        # Without enable_fallback=False ONNX Runtime prints and goes on with another provider.
        return runtime.InferenceSession(
            network.model, options, provider.chain, enable_fallback=False
        )


def _warm(running: CompiledModel, network: OnnxModel, device: Device, size: Size) -> None:
    """Prove that it runs, and that it sees each frame: a graph that was captured wrongly shows the
    first one for ever (onnxruntime#20050)."""
    count = len(network.card.styles)
    weights = np.full(count, 1 / count, np.float32) if network.is_multi_style else None
    dark, light = (np.full((*size, 3), grey, np.uint8) for grey in (0, 255))
    for _ in range(WARM_RUNS):
        before = running(dark, weights)
    after = running(light, weights)
    if np.array_equal(before, after):
        raise refused(device, "it paints the same picture whatever it is shown")


@cache
def _load_nvidia() -> str | None:
    """Load NVIDIA's libraries out of their wheels; the first one that cannot be loaded, if any."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)  # the refusal says it in one line
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        onnxruntime.preload_dlls()
    failed = re.search(r"Failed to load [^:]+", printed.getvalue())
    return failed[0] if failed else None


def _placement(session: Any) -> dict[str, Counter[str]]:
    """Per provider the nodes it really runs, by kind; being listed as a provider proves nothing."""
    placement: dict[str, Counter[str]] = {}
    for part in session.get_provider_graph_assignment_info():  # a provider may have many parts
        kinds = placement.setdefault(part.ep_name, Counter())
        kinds.update(node.op_type for node in part.get_nodes())
    return placement


def _elsewhere(placement: dict[str, Counter[str]], device: Device) -> str | None:
    """The work another provider got; a few shape computations on the CPU are as it should be."""
    if device.provider not in placement:
        return f"ONNX Runtime gave the whole model to {', '.join(placement)}"
    lost = {
        name
        for name, nodes in placement.items()
        if name != device.provider and any("Conv" in kind for kind in nodes)
    }
    return f"ONNX Runtime gave convolutions to {', '.join(lost)}" if lost else None


def _ran(
    network: OnnxModel, provider: Provider, settings: EngineSettings, counts: dict[str, int]
) -> RuntimeInfo:
    device, precision = provider.device, provider.precision or network.card.precision
    if device is DEVICES["cpu"]:
        return RuntimeInfo(device.label, precision, counts, thread_count(settings.threads))
    own = f"{counts.get(device.provider, 0)} of {sum(counts.values())} nodes"
    return RuntimeInfo(device.label, precision, counts, ", ".join([own, *provider.notes]))
