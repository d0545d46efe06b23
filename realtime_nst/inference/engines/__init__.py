"""What runs a network: one small contract, and a module for each library behind it.

An engine makes a network ready for frames of one size. Sizes are fixed because every library is
faster then: shapes are computed once, memory is planned once, a GPU's work becomes one graph.
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
"""(styles,): how much of each."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to run, as far as the user has a say."""

    threads: int
    """Of the CPU."""
    spin: bool = True
    """Idle threads spin between frames: a few percent faster, but the cores stay busy."""
    precision: str = FP32
    """What to compute in; what the file cannot do, an engine may do by itself (bf16)."""


@dataclass(frozen=True, slots=True)
class RuntimeInfo:
    """What really runs, as the library tells of what it has opened."""

    label: str
    """The device, for people."""
    precision: str
    placement: dict[str, int]
    """Nodes of the graph by what runs them."""
    how: str
    """``2 threads`` or ``31 of 31 nodes, CUDA graph``."""

    def __str__(self) -> str:
        return f"{self.label} {self.precision}, {self.how}"


class CompiledModel(Protocol):
    """A network ready for frames of one size. Called by one thread at a time."""

    ran: RuntimeInfo

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Paint a (H, W, 3) uint8 picture of that very size into a new array.

        Args:
            image: C-contiguous; it is only read.
            weights: for a network that blends, and only for it.

        Raises:
            ModelError: the network gave another size, or cannot run.
            DeviceError: the device has failed.
        """
        ...


class Engine(Protocol):
    """Opens networks. Called from any thread, rarely."""

    def __call__(
        self, network: OnnxModel, device: Device, settings: EngineSettings, size: Size
    ) -> CompiledModel:
        """Make a network ready for a size.

        Raises:
            DeviceError: the device does not run, or leaves the work to another.
            ModelError: the network itself cannot run.
            MissingExtra: the library is not installed.
        """
        ...


def thread_count(threads: int) -> str:
    """``1 thread`` or ``2 threads``."""
    return f"{threads} thread{'s' if threads > 1 else ''}"
