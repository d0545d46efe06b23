"""Open a model on any device, for any frame size."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from realtime_nst import __version__
from realtime_nst.frame import Image
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import CompiledModel, EngineSettings, Size
from realtime_nst.inference.engines.crash_check import crash_reason
from realtime_nst.inference.engines.onnx_runtime import open_onnx_runtime
from realtime_nst.inference.engines.openvino import open_openvino
from realtime_nst.inference.footprint import check_memory
from realtime_nst.inference.trials import Candidate
from realtime_nst.inference.variants import Variants
from realtime_nst.machine import cpu_name, installed_versions
from realtime_nst.models.onnx_model import OnnxModel

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelOpener:
    """A model with the settings to open it on any device for any frame size."""

    variants: Variants
    threads: int
    spin: bool
    strength: float = 1.0

    def __call__(self, candidate: Candidate, size: Size) -> CompiledModel:
        """Open the model on a candidate's device for a frame size.

        Raises:
            NstError: the model does not run; see ``Engine``.
        """
        check_memory(self.variants.given.card, candidate, size)
        height, width = size
        which = self.variants.given.card.name, candidate.device, candidate.precision
        LOG.info("opening %s on %s %s for %dx%d", *which, width, height)
        device = DEVICES[candidate.device]
        engine = open_openvino if candidate.device == "openvino" else open_onnx_runtime
        settings = EngineSettings(self.threads, self.spin, candidate.precision)
        return engine(self.network(candidate), device, settings, size)

    def network(self, candidate: Candidate) -> OnnxModel:
        """Return the variant of the model that a candidate runs."""
        return self.variants.network(candidate.precision)

    def prepare(self, found: list[Candidate]) -> None:
        """Run the crash checks, which happen once per machine, before anything is timed."""
        for candidate in found:
            if candidate.device == "openvino":
                crash_reason(self.network(candidate))

    def trial(self, candidate: Candidate, size: Size) -> Callable[[Image], Image]:
        """Open the model to measure its speed; all styles get the same weight."""
        compiled, network = self(candidate, size), self.network(candidate)
        count = len(network.card.styles)
        weights = np.full(count, 1 / count, np.float32) if network.is_multi_style else None
        return lambda image: compiled(image, weights)

    def key(self) -> dict[str, object]:
        """Return everything that the speed of the candidates depends on."""
        return {
            "realtime-nst": __version__,
            "processor": cpu_name(),
            "versions": installed_versions(),
            "model": self.variants.given.sha256,
            "fixed": self.variants.weights is not None,
            "threads": self.threads,
            "spin": self.spin,
        }
