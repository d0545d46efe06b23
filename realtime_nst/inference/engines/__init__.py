"""Inference engines: one small protocol, and a module for each library that implements it.

An engine compiles a model for frames of one size. Sizes are fixed because every library is faster
then: shapes are computed once, memory is planned once, a GPU's work becomes one graph.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.inference.devices import Device
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.precisions import FP32

Size = tuple[int, int]
"""Height and width of a frame."""
StyleWeights = NDArray[np.float32]
"""(styles,) float32: weight of each style."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Settings of an engine that a user can choose."""

    threads: int
    """Number of CPU threads."""
    spin: bool = True
    """Keep idle threads spinning between frames: a few percent faster, but the cores stay busy."""
    precision: str = FP32
    """Precision to compute in; an engine may support one that needs no file of its own (bf16)."""


@dataclass(frozen=True, slots=True)
class RuntimeInfo:
    """What really runs, as reported by the engine."""

    label: str
    """Human-readable name of the device."""
    precision: str
    placement: dict[str, int]
    """Number of graph nodes by the provider that runs them."""
    how: str
    """Details: ``2 threads`` or ``31 of 31 nodes, CUDA graph``."""

    def __str__(self) -> str:
        return f"{self.label} {self.precision}, {self.how}"


class CompiledModel(Protocol):
    """A model compiled for frames of one size. Called by one thread at a time."""

    info: RuntimeInfo

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Stylize an image of that size into a new array.

        Args:
            image: (height, width, 3) uint8 BGR, C-contiguous; it is not modified.
            weights: style weights, for multi-style models only.

        Raises:
            ModelError: the model returned another size, or cannot run.
            DeviceError: the device failed.
        """
        ...


class Engine(Protocol):
    """A function that compiles models. May be called from any thread."""

    def __call__(
        self, network: OnnxModel, device: Device, settings: EngineSettings, size: Size
    ) -> CompiledModel:
        """Compile a model for a frame size.

        Raises:
            DeviceError: the device does not run, or another device would do the work.
            ModelError: the model itself cannot run.
            MissingExtraError: the library is not installed.
        """
        ...


def thread_count(threads: int) -> str:
    """Format a number of threads: ``1 thread`` or ``2 threads``."""
    return f"{threads} thread{'s' if threads > 1 else ''}"
