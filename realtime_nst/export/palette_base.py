"""Palette base in a fused graph: ``nn.palette_base.PaletteBase`` as ONNX nodes.

Values are grey levels in BGR order. Most nodes have a quarter of the frame's resolution and four
channels; three convolutions are larger: the one that reads pixels, the one that takes means of the
network's output, and the one that enlarges.
"""

from dataclasses import dataclass

import numpy as np

from realtime_nst.export.graph import PIXELS, Array, Convolution, Graph, by_pixel
from realtime_nst.models.signature import PALETTE, TINT, WEIGHTS
from realtime_nst.nn.palette_base import BAND, CELL, PaletteBase

CELLS, MEANS, BANDS = "base.cells", "base.means", "base.bands"
HINGES, BENT, COLORS = "base.hinges", "base.bent", "base.colors"
DIFFERENCE, UP, UP_WEIGHT = "base.difference", "base.up", "base.up.weight"
FLOATS = (HINGES, BENT, COLORS, BANDS)
"""Nodes that are not quantized: eight bits are too few for them, or they are tiny."""
WIDE = 16
"""Channels of the cells in quantized graphs: ONNX Runtime is slower with fewer."""


@dataclass(frozen=True, slots=True)
class FoldedBase:
    """Arrays of a ``PaletteBase``, in grey levels and BGR order."""

    directions: Array
    thresholds: Array
    palette: Array
    tint: Array
    to_cells: Array
    to_bands: Array

    @classmethod
    def of(cls, base: PaletteBase) -> "FoldedBase":
        """Convert the buffers of a base; enlarging is the same for all channels."""
        array = {name: each.cpu().float().numpy() for name, each in base.named_buffers()}
        return cls(
            array["directions"][:, ::-1],
            255 * array["thresholds"],
            array["palette"][:, ::-1],
            255 * array["tint"][:, ::-1],
            by_pixel(array["to_cells"]),
            array["to_bands"],
        )


def add_base(graph: Graph, painted: str, pixels: str, base: FoldedBase) -> str:
    """Add the base to the network's output.

    Args:
        graph: to add nodes to.
        painted: the output, (1, 48, rows, columns): 4x4 pixels per place, pixel by pixel.
        pixels: the padded frame.
        base: what to add.

    Returns:
        The name of the sum.
    """
    colors = graph.conv(COLORS, _hinges(graph, pixels, base), *_palette(graph, base))
    difference = graph.node("Add", [colors, _minus_low(graph, painted, base)], DIFFERENCE)
    weight = graph.constant(UP_WEIGHT, graph.widened(base.to_cells, 1), graph.dtype)
    return graph.node("Add", [painted, graph.conv(UP, difference, weight)], "base.sum")


def _hinges(graph: Graph, pixels: str, base: FoldedBase) -> str:
    """Add the means of 4x4 pixels and all hinges of them."""
    mean = np.zeros((WIDE if graph.for_bytes else 3, 3, CELL, CELL), np.float32)
    mean[range(3), range(3)] = 1 / PIXELS
    none = np.zeros((1, len(mean)), np.float32)
    conv = graph.of_pixels(Convolution(mean, none + 1, none, (CELL, CELL)))
    weight = graph.constant(f"{CELLS}.weight", conv.weight, graph.dtype)
    cells = graph.conv(CELLS, pixels, weight, strides=conv.strides)
    directions = np.zeros((len(base.directions), len(mean), 1, 1), np.float32)
    directions[:, :3, 0, 0] = base.directions
    weight = graph.constant(f"{HINGES}.weight", directions, graph.dtype)
    bias = graph.constant(f"{HINGES}.bias", -base.thresholds, graph.dtype)
    return graph.node("Relu", [graph.conv(HINGES, cells, weight, bias)], BENT)


def _palette(graph: Graph, base: FoldedBase) -> tuple[str, str]:
    """Add weight and bias of the palette map.

    They are separate constants for each style, so that they can be replaced by another map.
    """
    hinges = base.palette.shape[2]
    if graph.styles == 1:
        weight = graph.widened(base.palette[graph.only], 0).reshape(-1, hinges, 1, 1)
        tint = graph.widened(base.tint[graph.only], 0)
        return graph.constant(PALETTE, weight, graph.dtype), graph.constant(TINT, tint, graph.dtype)
    table = graph.constant(PALETTE, base.palette.reshape(graph.styles, -1))
    shape = graph.constant("base.shape", [3, hinges, 1, 1], np.int64)
    blended = graph.node("Reshape", [graph.node("MatMul", [WEIGHTS, table]), shape])
    bias = graph.node("MatMul", [WEIGHTS, graph.constant(TINT, base.tint)])
    return graph.cast(blended, f"{COLORS}.w"), graph.cast(bias, f"{COLORS}.b")


def _minus_low(graph: Graph, painted: str, base: FoldedBase) -> str:
    """Add the negative low band of the network's output, at the base's cells."""
    side = BAND // CELL
    mean = np.zeros((3, PIXELS, 3, side, side), np.float32)
    mean[range(3), :, range(3)] = -1 / BAND**2
    flat = graph.widened(mean.reshape(3, -1, side, side), 0)
    weight = graph.constant(f"{MEANS}.weight", flat, graph.dtype)
    means = graph.conv(MEANS, painted, weight, strides=(side, side))
    # The last mean may end up to one band before the border.
    around = graph.constant("base.around", [0, 0, 1, 1, 0, 0, 2, 2], np.int64)
    wide = graph.node("Pad", [means, around], mode="edge")
    weight = graph.constant(f"{BANDS}.weight", _to_bands(graph, base), graph.dtype)
    places = graph.conv(BANDS, wide, weight)
    cells = graph.node("DepthToSpace", [places], blocksize=side, mode="CRD")
    return graph.node("Slice", [cells, *_cells_kept(graph)])


def _to_bands(graph: Graph, base: FoldedBase) -> Array:
    by_color = base.to_bands.reshape(3, -1, *base.to_bands.shape[1:])
    wide = graph.widened(graph.widened(by_color, 0), 2)
    return wide.reshape(-1, *wide.shape[2:])


def _cells_kept(graph: Graph) -> tuple[str, str, str]:
    """Add begin, end and axes of the base's cells among those of the low band."""
    begin = graph.constant("base.begin", [2, 2], np.int64)
    # A padded side is the margin before, the frame's side, and the margin and rest after it.
    before = graph.constant("margin", [graph.margin], np.int64)
    sides = graph.node("Add", [graph.node("Add", ["size", "end"]), before])
    cells = graph.node("Div", [sides, graph.constant("multiple", [CELL], np.int64)])
    end = graph.node("Add", [cells, begin])
    return begin, end, graph.constant("sides", [2, 3], np.int64)
