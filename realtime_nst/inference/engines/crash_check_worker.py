"""Script of the crash check: run a model with OpenVINO once.

It reads a model from standard input and runs it in each precision that the CPU supports. It does
not import this package, so that it works wherever the package was imported from.
"""

import sys

import numpy as np

SIDE = 96
"""Height and width of the frame in pixels; the compiled kernels hardly depend on it."""


def main() -> None:
    """Compile and run the model."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # disables telemetry
    import openvino

    core = openvino.Core()
    model = core.read_model(sys.stdin.buffer.read())
    model.reshape({"frame": [1, SIDE, SIDE, 3]})
    bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    for precision in ("f32", "bf16") if bf16 else ("f32",):
        options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1}
        request = core.compile_model(model, "CPU", options).create_infer_request()
        request.set_tensor("frame", openvino.Tensor(np.zeros((1, SIDE, SIDE, 3), np.uint8)))
        request.infer()


if __name__ == "__main__":
    main()
