"""Export a trained network to an ONNX file with its card, and check it against the network.

Inputs are ``frame``, uint8 (1, H, W, 3) BGR, and with several styles ``style_weights``, float32
(styles,). The output is ``stylized``, uint8 (1, H, W, 3). Scaling, channel order, padding and
cropping are part of the graph: any size from 32x32 up is accepted and returned.
"""

import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from realtime_nst.errors import ModelError
from realtime_nst.export.fused_graph import build
from realtime_nst.export.graph import OPSET
from realtime_nst.files import replacing, write_atomic
from realtime_nst.frame import Image
from realtime_nst.image_metrics import decibels
from realtime_nst.inference.session import FRAME, STYLIZED, WEIGHTS, open_session
from realtime_nst.models.card import KEY, Card, Style
from realtime_nst.models.checksum import SEAL, fingerprint
from realtime_nst.models.recipe_files import RECIPE, recipe_beside
from realtime_nst.nn.conditional_norm import ConditionalNorm
from realtime_nst.nn.palette_base import PaletteBase
from realtime_nst.nn.transformer_net import WINDOW_PADS, SmoothShuffle, TransformerNet
from realtime_nst.train.checkpoint import Checkpoint
from realtime_nst.train.optimizer import frozen_at
from realtime_nst.train.recipe import Recipe, read_recipe

CHECKED_SIZES = ((256, 256), (241, 319), (32, 32))
"""Height and width of the images that parity is measured on: even, odd, smallest."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Allowed difference between an exported model and its network."""

    max: float
    """Maximum difference of a pixel in grey levels."""
    psnr: float
    """Minimum PSNR over all pixels in dB."""


TOLERANCES = {"fp32": Tolerance(max=3, psnr=50), "fp16": Tolerance(max=64, psnr=35)}
"""fp32: other kernels round a value by one level, rarely two, differently. fp16: 11 bits through
some twenty layers; strokes are the same, single pixels differ."""


class ExportWrapper(nn.Module):
    """A network with the inputs and outputs of the model contract."""

    def __init__(self, net: TransformerNet, styles: int) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("only", torch.ones(1), persistent=False)
        self.several = styles > 1

    def forward(self, frame: Tensor, style_weights: Tensor | None = None) -> Tensor:
        weights = style_weights if self.several else self.only
        rgb = frame.permute(0, 3, 1, 2).flip(1).to(self.net.dtype) / 255
        stylized = self.net(rgb, cast(Tensor, weights)[None])
        whole = (stylized.clamp(0, 1).flip(1) * 255).round().to(torch.uint8)
        return cast(Tensor, whole.permute(0, 2, 3, 1))


def export(checkpoint: Checkpoint, out: Path, *, fp16: bool = False) -> Card:
    """Export a checkpoint to an ONNX file.

    Args:
        checkpoint: of any tier.
        out: the file to write; it is not replaced on failure.
        fp16: compute in float16 instead of float32.

    Returns:
        The card of the model, with its parity.

    Raises:
        ModelError: the model differs from the network by more than the tolerance.
        SinkError: ``out`` cannot be written.

    Example:
        >>> card = export(load_checkpoint(Path("runs/mine")), Path("mine.onnx"))
        >>> card.numbers["parity_psnr"]
    """
    precision = "fp16" if fp16 else "fp32"
    reference = load_net(checkpoint)
    styles = len(checkpoint.recipe.styles)
    model = _graph(load_net(checkpoint), styles, fp16=fp16)
    card = make_card(checkpoint, precision)
    with replacing(out) as partial:
        save(model, card, partial)
        parity = measure_parity(ExportWrapper(reference, styles).eval(), partial, styles)
        _check_parity(TOLERANCES[precision], parity)
        card = replace(card, numbers={**card.numbers, **parity})
        save(model, card, partial)
    return card


def write_recipe(recipe: Recipe, model: Path) -> None:
    """Write a recipe next to a model, unless the folder's own recipe has the same values.

    The evaluation commands read it there.

    Raises:
        SinkError: the file cannot be written.
    """
    path = recipe_beside(model)
    if not any(_holds(known, recipe) for known in (model.with_name(RECIPE), path)):
        write_atomic(path, recipe.to_toml())


def _holds(path: Path, recipe: Recipe) -> bool:
    """Return whether a file holds a recipe, whatever its comments."""
    try:
        return path.is_file() and read_recipe(path).sha256() == recipe.sha256()
    except ModelError:
        return False


def load_net(checkpoint: Checkpoint) -> TransformerNet:
    """Return the network of a checkpoint, ready to run."""
    net = TransformerNet(checkpoint.recipe.network, len(checkpoint.recipe.styles))
    net.load_state_dict(checkpoint.weights)
    net.freeze(frozen_at(checkpoint.recipe.schedule, checkpoint.step - 1))
    return net.eval().requires_grad_(False)


def _graph(net: TransformerNet, styles: int, *, fp16: bool) -> onnx.ModelProto:
    """Build the fused graph of a frozen quarter network; export others by PyTorch's exporter."""
    if net.frozen == 1:
        return build(net, styles, np.float16 if fp16 else np.float32)
    simple = _with_constant_weights(_to_half(net) if fp16 else net)
    return _to_onnx(ExportWrapper(simple, styles).eval(), styles)


def make_card(checkpoint: Checkpoint, precision: str) -> Card:
    """Return the card of a checkpoint, without measurements of the exported model."""
    recipe = checkpoint.recipe
    losses = {f"{kind}_loss": round(value, 4) for kind, value in checkpoint.losses.items()}
    return Card(
        name=recipe.name,
        tier=recipe.network.tier,
        styles=tuple(_style(checkpoint, number) for number in range(len(recipe.styles))),
        licence=recipe.licence,
        training_data=recipe.training_data,
        recipe_sha256=recipe.sha256(),
        precision=precision,
        parameters=sum(tensor.numel() for tensor in checkpoint.weights.values()),
        numbers={"steps": checkpoint.step, **losses},
    )


def _style(checkpoint: Checkpoint, number: int) -> Style:
    """Return one style of a card, with the colors and texture of its style image."""
    source, weights = checkpoint.recipe.styles[number], checkpoint.weights
    style = Style(source.name, source.title, source.artist, source.year, source.sha256)
    if "base.texture" not in weights:
        return style
    rgb = (255 * weights["base.colors"][number]).round().int().tolist()
    colors = tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in rgb)
    texture = tuple(round(value, 3) for value in weights["base.texture"][number].tolist())
    strokes = round(weights["base.strokes"][number].item(), 3)
    return replace(style, colors=colors, texture=texture, strokes=strokes)


def measure_parity(net: ExportWrapper, path: Path, styles: int) -> dict[str, float]:
    """Compare a model with its network, through the session that users run, on the CPU.

    Args:
        net: the network.
        path: the model.
        styles: number of styles.

    Returns:
        ``parity_max`` and ``parity_mean`` in grey levels and ``parity_psnr`` in dB, over every
        style and checked size; the PSNR of identical images is reported as 99.
    """
    session = open_session(path, "cpu")
    errors = []
    for image in _test_images():
        for weights in np.eye(styles, dtype=np.float32):
            inputs = (torch.from_numpy(image[None]), torch.from_numpy(weights))
            wanted = net(*inputs[: 2 if styles > 1 else 1])[0].numpy()
            got = session.run(image, weights if styles > 1 else None)
            errors.append(np.abs(got.astype(np.float64) - wanted).ravel())
    error = np.concatenate(errors)
    mean = round(float(error.mean()), 6)
    return {
        "parity_max": float(error.max()),
        "parity_mean": mean,
        "parity_psnr": round(decibels(float(np.mean(error**2))), 2),
    }


def _to_half(net: TransformerNet) -> TransformerNet:
    """Convert to fp16, but neither the base nor norms, whose sums overflow (onnxruntime#10079)."""
    net.half()
    for module in net.modules():
        if isinstance(module, ConditionalNorm | PaletteBase):
            module.float()
    return net


def _with_constant_weights(net: TransformerNet) -> TransformerNet:
    """Replace computed weights by constants: CUDA runs only those in channels-last."""
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, SmoothShuffle):
                setattr(parent, name, _convolution(child))
    return net


def _convolution(shuffle: SmoothShuffle) -> nn.Module:
    weight, bias = (nn.Parameter(each, requires_grad=False) for each in shuffle.smoothed())
    conv = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2])
    conv.weight, conv.bias = weight, bias
    return nn.Sequential(nn.ZeroPad2d(WINDOW_PADS), conv, nn.PixelShuffle(2))


def _to_onnx(net: ExportWrapper, styles: int) -> onnx.ModelProto:
    frame = torch.zeros(1, 67, 81, 3, dtype=torch.uint8)
    free = {1: torch.export.Dim.DYNAMIC, 2: torch.export.Dim.DYNAMIC}
    args = (frame, torch.full((styles,), 1 / styles)) if styles > 1 else (frame,)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # The exporter warns of its own internals (copyreg, ast); the model is checked below.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            net,
            args,
            dynamo=True,
            dynamic_shapes=(free, None)[: len(args)],
            input_names=[FRAME, WEIGHTS][: len(args)],
            output_names=[STYLIZED],
            opset_version=OPSET,
            verbose=False,
        )
    return _tidy(cast(torch.onnx.ONNXProgram, program).model_proto)


def _tidy(model: onnx.ModelProto) -> onnx.ModelProto:
    """Name the dimensions, and remove the exporter's notes, with paths, on every node."""
    for value in (model.graph.input[0], model.graph.output[0]):
        dims = value.type.tensor_type.shape.dim
        dims[1].dim_param, dims[2].dim_param = "height", "width"
    for node in model.graph.node:
        del node.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    return model


def save(model: onnx.ModelProto, card: Card, path: Path) -> None:
    """Check a model with ONNX, and write it with its card and checksum."""
    onnx.helper.set_model_props(model, {KEY: card.to_json()})
    onnx.checker.check_model(model, full_check=True)
    seal = fingerprint(model.SerializeToString())
    onnx.helper.set_model_props(model, {KEY: card.to_json(), SEAL: seal})
    path.write_bytes(model.SerializeToString())


def _check_parity(tolerance: Tolerance, parity: dict[str, float]) -> None:
    if parity["parity_max"] <= tolerance.max and parity["parity_psnr"] >= tolerance.psnr:
        return
    message = (
        "the exported model differs from the network by up to "
        f"{parity['parity_max']:g} grey levels, PSNR {parity['parity_psnr']:g} dB; "
        f"allowed are {tolerance.max:g} and {tolerance.psnr:g} dB"
    )
    raise ModelError(message, "export it without --fp16, or train it longer")


def _test_images() -> Iterator[Image]:
    """Yield waves of all lengths with some noise: smooth and busy areas, every grey level."""
    rng = np.random.default_rng(7)
    for height, width in CHECKED_SIZES:
        y, x = np.mgrid[:height, :width].astype(np.float64)
        wave = [np.sin(x * a + y * b) for a, b in rng.uniform(-0.4, 0.4, (3, 2))]
        image = 127 + 100 * np.stack(wave, axis=-1) + rng.normal(0, 12, (height, width, 3))
        yield np.ascontiguousarray(image.clip(0, 255).astype(np.uint8))
