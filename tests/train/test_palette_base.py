"""The palette base inside networks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from realtime_nst.stylize.palette_map import fit_palette
from realtime_nst.train.checkpoint import load_checkpoint, save_checkpoint
from realtime_nst.train.export import load_net
from realtime_nst.train.palette_base import PaletteBase
from realtime_nst.train.transformer_net import Network, TransformerNet
from tests.train.conftest import photo
from tests.train.test_export import checkpoint

ONE = torch.ones(1, 1)


def ramp(rows: int, columns: int) -> Tensor:
    """(1, 3, 4 * rows + 4, 4 * columns + 4), a different slope for each color."""
    sides = torch.arange(4.0 * rows + 4), torch.arange(4.0 * columns + 4)
    y, x = torch.meshgrid(*sides, indexing="ij")
    return torch.stack([x, y, x + y])[None] / 1000


@pytest.mark.parametrize(("rows", "columns"), [(17, 20), (18, 37), (22, 24)])
def test_a_ramp_stays_a_ramp(rows: int, columns: int) -> None:
    """Base and low band lie where the strokes lie, whatever the size."""
    frame = ramp(rows, columns)
    painted = frame[:, :, 2:-2, 2:-2]
    result = PaletteBase(1)(painted, frame, ONE)
    assert (result - painted)[:, :, 18:-24, 18:-24].abs().max() < 1e-5


def test_the_network_cannot_change_the_tone() -> None:
    frame = torch.rand(1, 3, 84, 84)
    painted = torch.rand(1, 3, 80, 80)
    base = PaletteBase(1)
    first, second = base(painted, frame, ONE), base(painted + 0.3, frame, ONE)
    assert (first - second).abs().max() < 1e-5


def test_the_base_is_the_palette_map() -> None:
    base, painting = PaletteBase(1), photo(3, 90, 120)
    base.fit([painting], [0.0])
    color = torch.tensor([0.7, 0.4, 0.2])
    frame = color[None, :, None, None].expand(1, 3, 84, 84)
    result = base(torch.rand(1, 3, 80, 80), frame, ONE)[0, :, 40, 40]
    wanted = fit_palette(painting)(color.numpy()[None])[0]
    assert result.numpy() == pytest.approx(wanted, abs=1e-4)


def test_bases_blend_as_styles_do() -> None:
    base = PaletteBase(2)
    base.fit([photo(1, 90, 120), photo(2, 90, 120)], [0.0, 0.0])
    frame, painted = torch.rand(1, 3, 84, 84), torch.zeros(1, 3, 80, 80)
    ends = [base(painted, frame, torch.eye(2)[i : i + 1]) for i in (0, 1)]
    blend = base(painted, frame, torch.tensor([[0.25, 0.75]]))
    assert torch.allclose(blend, 0.25 * ends[0] + 0.75 * ends[1], atol=1e-5)


def test_another_network_gives_what_it_learnt_and_not_its_base() -> None:
    net, other = (TransformerNet(Network("fast", 16, 1), 1) for _ in range(2))
    net.fit_base([photo(1, 90, 120)], [0.5])
    other.fit_base([photo(2, 90, 120)], [1.0])
    assert net.base
    palette = net.base.palette.clone()
    net.adopt(other.state_dict())
    assert torch.equal(net.tail.weight, other.tail.weight)  # type: ignore[arg-type]
    assert torch.equal(net.base.palette, palette)
    assert net.base.strokes.tolist() == [0.5]


def test_a_checkpoint_from_before_there_was_a_base_paints_as_it_did(tmp_path: Path) -> None:
    made = checkpoint("fast", 1)
    old = {name: each for name, each in made.weights.items() if not name.startswith("base.")}
    save_checkpoint(replace(made, weights=old), tmp_path / "old.pt")
    net = load_net(load_checkpoint(tmp_path / "old.pt"))
    assert net.base is None
    image = torch.from_numpy(photo(4, 64, 64).astype(np.float32) / 255).permute(2, 0, 1)[None]
    assert net(image, ONE).shape == image.shape
