"""Provider options of ONNX Runtime for each device.

Those for CUDA have been run on an H100; all others follow the documentation and the option names
found in the published libraries (see docs/decisions/006-engines.md).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from realtime_nst.cache_folder import own_folder
from realtime_nst.inference.devices import DEVICES, Device
from realtime_nst.inference.engines import EngineSettings, Size
from realtime_nst.machine import installed_versions, nvidia_gpus
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.precisions import FP16


@dataclass(frozen=True, slots=True)
class Provider:
    """Execution provider with its options."""

    device: Device
    options: Mapping[str, str] = field(default_factory=dict)
    memory: str | None = None
    """ONNX Runtime's name of the memory that frames must be in; None leaves it to ONNX Runtime."""
    precision: str | None = None
    """Precision of the computation, if it differs from the file's."""
    notes: tuple[str, ...] = ()
    """Human-readable details for ``RuntimeInfo.how``."""
    fallbacks: tuple[str, ...] = ()
    """Providers for nodes that this one does not support."""

    @property
    def chain(self) -> list[str | tuple[str, dict[str, str]]]:
        """Value of the session's argument ``providers``."""
        return [(self.device.provider, dict(self.options)), *self.fallbacks]


def providers_for(
    device: Device, network: OnnxModel, settings: EngineSettings, size: Size
) -> Iterator[Provider]:
    """Yield the providers to try for a device, the best first."""
    if device is DEVICES["cuda"]:
        layouts = (True, False) if _prefers_channels_last(network) else (False,)
        for channels_last, graph in product(layouts, (True, False)):
            yield _cuda(device, channels_last=channels_last, graph=graph)
    elif device is DEVICES["tensorrt"]:
        for graph in (True, False):
            yield _tensorrt(device, network, settings, size, graph=graph)
    elif device is DEVICES["coreml"]:
        # It was slower than the CPU on frames of free size (onnxruntime#27696).
        options = {"ModelFormat": "MLProgram", "RequireStaticInputShapes": "1"}
        yield Provider(device, options)
    else:
        yield Provider(device)


def _prefers_channels_last(network: OnnxModel) -> bool:
    """Return whether a model is faster with channels last.

    Tensor cores use this layout for half precision; instance norm does not, and transposing for it
    took a third more time (7.0 instead of 5.3 ms, 1920x1080, H100).
    """
    return network.card.precision == FP16 and b"InstanceNormalization" not in network.model


def _cuda(device: Device, *, channels_last: bool, graph: bool) -> Provider:
    """Return the provider for CUDA.

    A CUDA graph replays all kernels of a frame with one call; it needs frames at fixed addresses.
    An exhaustive search makes the first frame of a size slower and all others faster.
    """
    options = {
        "cudnn_conv_algo_search": "EXHAUSTIVE",
        "cudnn_conv_use_max_workspace": "1",
        "prefer_nhwc": "1" if channels_last else "0",
        "enable_cuda_graph": "1" if graph else "0",
    }
    return Provider(device, options, memory="cuda", notes=("CUDA graph",) if graph else ())


def _tensorrt(
    device: Device, network: OnnxModel, settings: EngineSettings, size: Size, *, graph: bool
) -> Provider:
    half = FP16 in (settings.precision, network.card.precision)
    options = {
        "trt_fp16_enable": "1" if half else "0",
        "trt_cuda_graph_enable": "1" if graph else "0",
        **_tensorrt_caches(network, size),
    }
    notes = ("CUDA graph",) if graph else ()
    precision = FP16 if half else None
    fallbacks = (DEVICES["cuda"].provider,)
    return Provider(device, options, "cuda", precision, notes, fallbacks)


def _tensorrt_caches(network: OnnxModel, size: Size) -> dict[str, str]:
    """Return the options that cache built engines, in a folder per model, size and machine.

    With a common folder the provider would use the engine of another model with the same graph
    (onnxruntime#6455, #32254).
    """
    timings = own_folder("tensorrt")
    key = f"{network.sha256} {size} {installed_versions()} {nvidia_gpus()}"
    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    engines = own_folder("tensorrt", name)
    if not (timings and engines):
        return {}
    return {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(timings),
    }
