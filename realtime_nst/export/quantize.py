"""Export a trained network to int8: one model per style, checked against the float model.

Weights are signed with a scale per channel; activations are unsigned with ranges calibrated on
photos. ONNX Runtime's quantizer is used.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx

from realtime_nst.errors import ModelError
from realtime_nst.export.fused_graph import build
from realtime_nst.export.onnx import load_net, make_card, save
from realtime_nst.export.palette_base import DIFFERENCE, FLOATS, UP, UP_WEIGHT
from realtime_nst.files import replacing
from realtime_nst.frame import Image
from realtime_nst.image_metrics import decibels
from realtime_nst.inference.engines.onnx_runtime import onnx_runtime
from realtime_nst.inference.session import FRAME, STYLIZED
from realtime_nst.models.card import Card
from realtime_nst.nn.tensors import to_image
from realtime_nst.nn.transformer_net import TransformerNet
from realtime_nst.train.checkpoint import Checkpoint
from realtime_nst.train.dataset import open_photos
from realtime_nst.train.optimizer import FREEZING, frozen_at
from realtime_nst.train.recipe import Schedule

PHOTOS = 48
"""Default number of photos for the calibration and the check of a model."""
LEAST_PSNR = 30.0
"""Minimum PSNR in dB of the int8 model's output against the float model's."""


def photos_for(content: Path, schedule: Schedule) -> list[Image]:
    """Return crops as used in training, ``PHOTOS`` or a few more: (size, size, 3) uint8 BGR.

    Args:
        content: a folder of photos.
        schedule: of the training.

    Raises:
        SourceError: there is no such folder, or no image in it.
        TrainError: no photo can be read.
    """
    photos = open_photos(content, schedule)
    batches = range(-(-PHOTOS // schedule.batch))
    return [to_image(crop) for step in batches for crop in photos.batch(step)]


def check_frozen(checkpoint: Checkpoint) -> None:
    """Check that a network's norms are frozen.

    Raises:
        ModelError: they are not: the recipe has no ``freezing``, or the training is too short.
    """
    schedule, step = checkpoint.recipe.schedule, checkpoint.step
    if not schedule.freezing:
        hint = "train it by a recipe with `freezing`, in a tier other than johnson"
        raise ModelError("only a network with frozen norms can be quantized", hint)
    if frozen_at(schedule, step - 1) < 1:
        until = schedule.freezing + FREEZING
        longer = f" --steps {until}" if schedule.steps < until else ""
        message = f"after {step} steps its norms are not yet frozen, so it cannot be quantized"
        hint = f"train it for {until - step} more steps: realtime-nst train"
        raise ModelError(message, f"{hint} with --resume{longer}, and all other options as before")


def quantize(checkpoint: Checkpoint, out: Path, photos: Sequence[Image]) -> Iterator[Card]:
    """Write ``out``/STYLE.onnx for each style.

    Args:
        checkpoint: of a network whose norms are frozen.
        out: a folder, created if missing.
        photos: (H, W, 3) uint8 BGR; three quarters calibrate the ranges, the rest is the check.

    Yields:
        The card of each model, with its PSNR.

    Raises:
        ModelError: the network is not frozen, or a model's PSNR is too low.
        SinkError: a file cannot be written.

    Example:
        >>> checkpoint = load_checkpoint(Path("runs/mine"))
        >>> photos = photos_for(Path("photos"), checkpoint.recipe.schedule)
        >>> for card in quantize(checkpoint, Path("int8"), photos):
        ...     print(card.styles[0].name, card.numbers["int8_psnr"])
    """
    check_frozen(checkpoint)
    net = load_net(checkpoint)
    card = make_card(checkpoint, "int8")
    for number, style in enumerate(card.styles):
        alone = replace(card, styles=(style,))
        yield _quantize(net, number, alone, out / f"{style.name}.onnx", photos)


def _quantize(
    net: TransformerNet, number: int, card: Card, path: Path, photos: Sequence[Image]
) -> Card:
    calibration = 3 * len(photos) // 4
    with TemporaryDirectory() as folder, replacing(path) as partial:
        exact = Path(folder) / "float.onnx"
        save(build(net, 1, only=number, for_bytes=True), card, exact)
        save(_to_int8(exact, Path(folder) / "int8.onnx", photos[:calibration]), card, partial)
        psnr = _psnr(exact, partial, photos[calibration:])
        if psnr < LEAST_PSNR:
            name = card.styles[0].name
            message = f"cannot quantize {name}: its PSNR is {psnr:.1f} dB, below {LEAST_PSNR:g} dB"
            raise ModelError(message, "use the fp32 model of this style")
        card = replace(card, numbers={**card.numbers, "int8_psnr": round(psnr, 2)})
        save(onnx.load(partial), card, partial)
    return card


def _to_int8(exact: Path, inexact: Path, photos: Sequence[Image]) -> onnx.ModelProto:
    from onnxruntime import quantization

    class Photos(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._left = iter(photos)

        def get_next(self) -> dict[str, Any] | None:
            photo = next(self._left, None)
            return None if photo is None else {FRAME: photo[None]}

    with _quiet():
        quantization.quantize_static(
            exact,
            inexact,
            Photos(),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Relu"],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            nodes_to_exclude=list(FLOATS),
            extra_options={"TensorQuantOverrides": _exact_enlargement(exact, quantization)},
        )
    return _with_byte_ends(onnx.load(inexact))


def _exact_enlargement(model: Path, quantization: Any) -> dict[str, Any]:
    """Return quantization parameters for enlarging, whose weights are multiples of 1/64: exact.

    Inputs and outputs have a range that fits every palette, not only this one, as the palette may
    be replaced later.
    """
    names = {tensor.name: tensor for tensor in onnx.load(model).graph.initializer}
    exact = {"quant_type": quantization.QuantType.QInt8, "scale": 1 / 64, "zero_point": 0}
    if UP_WEIGHT not in names:
        return {}
    wide = {"quant_type": quantization.QuantType.QUInt8, "scale": np.array(1.5, np.float32)}
    around_zero = [{**wide, "zero_point": np.array(128, np.uint8)}]
    weights = [{**exact, "axis": 0}] * names[UP_WEIGHT].dims[0]
    return {UP_WEIGHT: weights, DIFFERENCE: around_zero, UP: around_zero}


def _with_byte_ends(model: onnx.ModelProto) -> onnx.ModelProto:
    """Remove the second rounding before the output, and transpose the frame as bytes."""
    graph = model.graph
    made = {output: node for node in graph.node for output in node.output}
    last = made["levels"]
    if made[last.input[0]].op_type == "DequantizeLinear":
        last.input[0] = made[made[last.input[0]].input[0]].input[0]
    _remove_unused(graph)
    _transpose_bytes(graph)
    return model


def _transpose_bytes(graph: onnx.GraphProto) -> None:
    """Round the frame to bytes before it is transposed.

    OpenVINO would otherwise run the first convolution in floats.
    """
    read = {name: node for node in graph.node for name in node.input}
    transpose = next(node for node in graph.node if node.output[0] == "planes")
    cast = read["planes"]
    quantize = read[cast.output[0]]
    dequantize = read[quantize.output[0]]
    moved = [cast, quantize, dequantize, transpose]
    cast.input[0], transpose.input[0] = transpose.input[0], "pixels_in_bytes"
    transpose.output[0], dequantize.output[0] = dequantize.output[0], "pixels_in_bytes"
    nodes = [node for node in graph.node if node not in moved]
    place = next(i for i, node in enumerate(nodes) if cast.input[0] in node.output) + 1
    del graph.value_info[:]  # shapes as they were
    ordered = [*nodes[:place], *moved, *nodes[place:]]
    del graph.node[:]
    graph.node.extend(ordered)


def _remove_unused(graph: onnx.GraphProto) -> None:
    """Remove nodes that nothing reads."""
    while True:
        read = {name for node in graph.node for name in node.input} | {STYLIZED}
        unused = [node for node in graph.node if not read & set(node.output)]
        if not unused:
            return
        for node in unused:
            graph.node.remove(node)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the quantizer's advice to preprocess, which a fused graph does not need."""
    logger = logging.getLogger()
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _psnr(exact: Path, inexact: Path, photos: Sequence[Image]) -> float:
    """Return the PSNR in dB of two models, computed without int8 kernels.

    CPUs without VNNI add up in 16 bits, where large sums saturate; the check must not depend on
    the machine.
    """
    sessions = [_unoptimized_session(path) for path in (exact, inexact)]
    errors = []
    for photo in photos:
        wanted, got = (
            session.run(None, {FRAME: photo[None]})[0].astype(np.float64) for session in sessions
        )
        errors.append(np.mean((wanted - got) ** 2))
    return decibels(float(np.mean(errors)))


def _unoptimized_session(path: Path) -> Any:
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
