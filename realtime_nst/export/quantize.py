"""A trained network in bytes: one int8 model for each of its styles, checked against the float one.

Weights are signed, with a scale for each channel; what flows between convolutions is unsigned, with
the range that photos gave it. ONNX Runtime's own quantizer does the work.
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
from realtime_nst.train.recipe import Schedule
from realtime_nst.train.trainer import FREEZING, frozen_at

PHOTOS = 48
"""That a model's ranges and figures come from, unless somebody gives others."""
LEAST_PSNR = 30.0
"""Decibels between the int8 and the float picture below which a model is not written."""


def photos_for(content: Path, schedule: Schedule) -> list[Image]:
    """Crops as a training saw them, ``PHOTOS`` or a few more: (size, size, 3) uint8 BGR.

    Raises:
        SourceError: there is no such folder, or no picture in it.
        TrainError: too few of them can be read.
    """
    photos = open_photos(content, schedule)
    batches = range(-(-PHOTOS // schedule.batch))
    return [to_image(crop) for step in batches for crop in photos.batch(step)]


def check_frozen(checkpoint: Checkpoint) -> None:
    """See that a network's norms are frozen.

    Raises:
        ModelError: they are not: it was trained by another recipe, or too few steps of this one.
    """
    schedule, step = checkpoint.recipe.schedule, checkpoint.step
    if not schedule.freezing:
        hint = "train it by a recipe with `freezing`, in a tier other than johnson"
        raise ModelError("only a network with frozen norms can be quantized", hint)
    if frozen_at(schedule, step - 1) < 1:
        until = schedule.freezing + FREEZING
        longer = f" --steps {until}" if schedule.steps < until else ""
        message = f"after {step} steps its norms are not yet frozen, so it cannot be quantized"
        hint = f"train it for some {until - step} steps more: realtime-nst train"
        raise ModelError(message, f"{hint} with --resume{longer}, and all else as before")


def quantize(checkpoint: Checkpoint, out: Path, photos: Sequence[Image]) -> Iterator[Card]:
    """Write ``out``/STYLE.onnx for each style; yields its card, with what it was measured by.

    Args:
        checkpoint: of a network whose norms are frozen.
        out: a folder, made if need be.
        photos: (H, W, 3) uint8 BGR; the first three quarters give the ranges, the rest the figures.

    Raises:
        ModelError: the network is not frozen, or a picture in bytes differs too much.
        SinkError: a file cannot be written.
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
    learnt = 3 * len(photos) // 4
    with TemporaryDirectory() as folder, replacing(path) as partial:
        exact = Path(folder) / "float.onnx"
        save(build(net, 1, only=number, for_bytes=True), card, exact)
        save(_in_bytes(exact, Path(folder) / "int8.onnx", photos[:learnt]), card, partial)
        psnr = _psnr(exact, partial, photos[learnt:])
        if psnr < LEAST_PSNR:
            message = f"{card.styles[0].name} in int8 is {psnr:.1f} dB from its float picture"
            raise ModelError(message, f"at least {LEAST_PSNR:g} dB are asked for; ship fp32")
        card = replace(card, numbers={**card.numbers, "int8_psnr": round(psnr, 2)})
        save(onnx.load(partial), card, partial)
    return card


def _in_bytes(exact: Path, inexact: Path, photos: Sequence[Image]) -> onnx.ModelProto:
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
    """Bilinear weights are multiples of 1/64, so that bytes can say them exactly.

    What goes in and comes out has a range that fits every palette, not only this one: another may
    be put in its place.
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
    """Without rounding again what is about to become bytes, and with the frame seen as bytes."""
    graph = model.graph
    made = {output: node for node in graph.node for output in node.output}
    last = made["levels"]
    if made[last.input[0]].op_type == "DequantizeLinear":
        last.input[0] = made[made[last.input[0]].input[0]].input[0]
    _remove_unused(graph)
    _transpose_bytes(graph)
    return model


def _transpose_bytes(graph: onnx.GraphProto) -> None:
    """Round the frame to bytes before it is transposed: OpenVINO would otherwise take its first
    convolution for one of floats."""
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
    """Without the quantizer's advice to preprocess, which the folded graph has no need of."""
    logger = logging.getLogger()
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _psnr(exact: Path, inexact: Path, photos: Sequence[Image]) -> float:
    """As the bytes say: without VNNI a processor adds them up in 16 bits, where large sums
    saturate, and the model must not depend on where it was made."""
    sessions = [_unoptimised(path) for path in (exact, inexact)]
    errors = []
    for photo in photos:
        wanted, got = (
            session.run(None, {FRAME: photo[None]})[0].astype(np.float64) for session in sessions
        )
        errors.append(np.mean((wanted - got) ** 2))
    return decibels(float(np.mean(errors)))


def _unoptimised(path: Path) -> Any:
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
