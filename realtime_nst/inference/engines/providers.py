"""What ONNX Runtime is told about each device.

Those for CUDA have been run on an H100; all others follow the documentation and the names
that the published libraries contain (see docs/decisions/006-engines.md).
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
    """One way to use a device."""

    device: Device
    options: Mapping[str, str] = field(default_factory=dict)
    memory: str | None = None
    """Where frames have to lie, in ONNX Runtime's words; None leaves that to it."""
    precision: str | None = None
    """Where the device does not compute in the file's own."""
    notes: tuple[str, ...] = ()
    """What else is worth saying."""
    behind: tuple[str, ...] = ()
    """Providers that take what this one cannot."""

    @property
    def chain(self) -> list[str | tuple[str, dict[str, str]]]:
        """As a session takes it."""
        return [(self.device.provider, dict(self.options)), *self.behind]


def providers_for(
    device: Device, network: OnnxModel, settings: EngineSettings, size: Size
) -> Iterator[Provider]:
    """Ways to use a device, the best first; a later one is for where the ones before fail."""
    if device is DEVICES["cuda"]:
        layouts = (True, False) if _lies_channels_last(network) else (False,)
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


def _lies_channels_last(network: OnnxModel) -> bool:
    """Tensor cores take half precision so; instance norm does not, and turning everything around
    for it cost a third more time (7.0 for 5.3 ms, 1920x1080, H100)."""
    return network.card.precision == FP16 and b"InstanceNormalization" not in network.model


def _cuda(device: Device, *, channels_last: bool, graph: bool) -> Provider:
    """A graph replays all kernels of a frame by one call; for it frames must lie at fixed places.

    An exhaustive search costs the first frame of a size some time and makes the rest faster.
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
    return Provider(device, options, "cuda", precision, notes, behind=(DEVICES["cuda"].provider,))


def _tensorrt_caches(network: OnnxModel, size: Size) -> dict[str, str]:
    """Built engines are kept, each model's, size's and machine's by itself: the provider takes the
    engine of another model with the same graph for this one's (onnxruntime#6455, #32254)."""
    timings = own_folder("tensorrt")
    known = f"{network.sha256} {size} {installed_versions()} {nvidia_gpus()}"
    name = hashlib.sha256(known.encode()).hexdigest()[:16]
    engines = own_folder("tensorrt", name)
    if not (timings and engines):
        return {}
    return {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(timings),
    }
