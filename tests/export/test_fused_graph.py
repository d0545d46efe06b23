"""A folded graph paints what its network paints, with convolutions alone."""

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F

from realtime_nst.export.fused_graph import build
from realtime_nst.nn.conditional_norm import ConditionalNorm
from realtime_nst.nn.transformer_net import NetworkConfig, SmoothShuffle, TransformerNet


def frozen(tier: str = "fast", width: int = 16, styles: int = 2) -> TransformerNet:
    """With statistics and styles that differ."""
    torch.manual_seed(1)
    net = TransformerNet(NetworkConfig(tier, width, blocks=2), styles).eval().requires_grad_(False)
    for norm in net.modules():
        if isinstance(norm, ConditionalNorm):
            for values in (norm.scale, norm.shift, norm.mean):
                values.normal_(0.3, 0.5)
            norm.variance.uniform_(0.1, 2)
    net.freeze(1.0)
    return net


@pytest.mark.parametrize("tier", ["nano", "fast", "quality"])
@pytest.mark.parametrize("styles", [1, 2])
def test_nothing_but_convolutions_of_stem_and_quarter(tier: str, styles: int) -> None:
    model = build(frozen(tier, styles=styles), styles)
    onnx.checker.check_model(model, full_check=True)
    kinds = [node.op_type for node in model.graph.node]
    stem, body, tail, base = 1, 2 * 2, 2, 6
    assert kinds.count("Conv") == stem + body + tail + base
    assert not {"InstanceNormalization", "Resize", "AveragePool", "Clip"} & set(kinds)


def test_for_gpus_bytes_are_only_at_the_ends() -> None:
    """CUDA has no Pad and no DepthToSpace for bytes, TensorRT takes them at the ends alone."""
    model = onnx.shape_inference.infer_shapes(build(frozen(), 2, np.float16), strict_mode=True)
    values = (*model.graph.input, *model.graph.value_info, *model.graph.output)
    kinds = {value.name: value.type.tensor_type.elem_type for value in values}
    bytes_at = {name for name, kind in kinds.items() if kind == onnx.TensorProto.UINT8}
    assert bytes_at == {"frame", "stylized"}
    ends = [node for node in model.graph.node if {*node.input, *node.output} & bytes_at]
    assert {node.op_type for node in ends} == {"Cast", "Shape"}
    assert "QuantizeLinear" not in {node.op_type for node in model.graph.node}


def test_style_weights_have_a_default_that_others_can_make_a_constant() -> None:
    graph = build(frozen(styles=2), 2).graph
    assert [value.name for value in graph.input] == ["frame", "style_weights"]
    given = {tensor.name: tensor for tensor in graph.initializer}["style_weights"]
    assert np.array_equal(onnx.numpy_helper.to_array(given), [1, 0])
    alone = build(frozen(styles=1), 1).graph
    assert [value.name for value in alone.input] == ["frame"]


def test_a_smooth_shuffle_is_a_shuffle_and_the_mean_of_2x2() -> None:
    torch.manual_seed(2)
    layer, x = SmoothShuffle(5, 3), torch.randn(1, 5, 9, 7)
    shuffled = F.pixel_shuffle(F.conv2d(x, layer.weight, layer.bias, padding=1), 2)
    wanted = F.avg_pool2d(shuffled, 2, 1)
    assert torch.allclose(layer(x)[:, :, :-1, :-1], wanted, atol=1e-5)


def test_what_is_flat_stays_flat() -> None:
    torch.manual_seed(3)
    layer = SmoothShuffle(5, 3)
    painted = layer(torch.full((1, 5, 9, 9), 0.7))[0, :, 4:12, 4:12]
    assert painted.std((1, 2)).max() < 1e-6


def test_a_network_without_pictures_of_its_own_statistics_paints_flat_things_flat() -> None:
    net = frozen(styles=1)
    painted = net(torch.full((1, 3, 160, 160), 0.4), torch.ones(1, 1))[0]
    assert painted[:, 72:88, 72:88].std((1, 2)).max() < 1e-5
