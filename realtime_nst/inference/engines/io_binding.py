"""ONNX Runtime session with frames at fixed addresses in a device's memory."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from realtime_nst.frame import Image
from realtime_nst.inference.engines import RuntimeInfo, Size, StyleWeights
from realtime_nst.models.onnx_model import OnnxModel
from realtime_nst.models.signature import FRAME, STYLIZED, WEIGHTS


class IoBindingModel:
    """Compiled model with fixed buffers for the frame, the style weights and the stylized frame.

    Only uint8 frames are copied to the device and back. A CUDA graph needs fixed addresses, because
    it reads and writes those it was captured with. On the CPU the buffers are in host memory.
    """

    def __init__(
        self,
        session: Any,
        value: Any,
        memory: str,
        size: Size,
        network: OnnxModel,
        info: RuntimeInfo,
        errors: AbstractContextManager[None],
    ) -> None:
        self._session, self._errors = session, errors
        self._on_host = memory == "cpu"
        self.info = info
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
        """Stylize one image."""
        with self._errors:
            self._frame.update_inplace(image[None])
            if weights is not None:
                self._weights.update_inplace(weights)
            self._session.run_with_iobinding(self._binding)
            stylized: Image = self._stylized.numpy()[0]
        # From a device this is a copy; on the host it is the buffer, which the next frame reuses.
        return stylized.copy() if self._on_host else stylized
