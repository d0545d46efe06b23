"""Run as a process of its own: does OpenVINO survive a network on this machine?

It reads a model from standard input and runs it once in each precision the processor has.
It imports nothing of the project, so that it works wherever the project was imported from.
"""

import sys

import numpy as np

SIDE = 96
"""Pixels; the kernels that are made for a frame hardly depend on its size."""


def main() -> None:
    """Compile and run."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # no report to its maker
    import openvino

    core = openvino.Core()
    model = core.read_model(sys.stdin.buffer.read())
    model.reshape({"frame": [1, SIDE, SIDE, 3]})
    short = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    for precision in ("f32", "bf16") if short else ("f32",):
        options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1}
        request = core.compile_model(model, "CPU", options).create_infer_request()
        request.set_tensor("frame", openvino.Tensor(np.zeros((1, SIDE, SIDE, 3), np.uint8)))
        request.infer()


if __name__ == "__main__":
    main()
