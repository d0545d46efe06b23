"""A session whose frames lie at fixed places in a device's memory."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from realtime_nst.frame import Image
from realtime_nst.inference.engines import RuntimeInfo, Size, StyleWeights
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.signature import FRAME, STYLIZED, WEIGHTS


class IoBindingModel:
    """One buffer each for the frame, the styles' weights and the painting, used for every frame.

    Only bytes cross to the device and back. A CUDA graph needs the places to stay the same: what it
    has captured reads and writes there. On the CPU it does the same with memory of the host.
    """

    def __init__(
        self,
        session: Any,
        value: Any,
        memory: str,
        size: Size,
        network: OnnxModel,
        ran: RuntimeInfo,
        told: AbstractContextManager[None],
    ) -> None:
        self._session, self._told = session, told
        self._on_host = memory == "cpu"
        self.ran = ran
        shape = (1, *size, 3)
        self._frame = value.ortvalue_from_shape_and_type(shape, np.uint8, memory)
        self._stylized = value.ortvalue_from_shape_and_type(shape, np.uint8, memory)
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(FRAME, self._frame)
        self._binding.bind_ortvalue_output(STYLIZED, self._stylized)
        if network.is_multi_style:
            count = [len(network.card.styles)]
            self._weights = value.ortvalue_from_shape_and_type(count, np.float32, memory)
            self._binding.bind_ortvalue_input(WEIGHTS, self._weights)

    def __call__(self, image: Image, weights: StyleWeights | None) -> Image:
        """Paint one picture."""
        with self._told:
            self._frame.update_inplace(image[None])
            if weights is not None:
                self._weights.update_inplace(weights)
            self._session.run_with_iobinding(self._binding)
            stylized: Image = self._stylized.numpy()[0]
        # Of a device it is a copy; of the host it is the buffer, which the next frame overwrites.
        return stylized.copy() if self._on_host else stylized
