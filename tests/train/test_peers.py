"""Others and ours in one run; nothing is fetched here."""

import importlib
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from realtime_nst.frame import Image
from realtime_nst.timing import Budget, interleave

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
QUICK = Budget(warmup=0, seconds=0.0, least=2)


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    module = importlib.import_module("peers")
    monkeypatch.setattr(module, "interleave", partial(interleave, turn=QUICK, rest=0.0))
    return module


def test_johnsons_network_is_the_published_one(
    peers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoints of pytorch/examples have 1 679 235 parameters."""
    network = importlib.import_module("plain").plain_johnson()
    assert sum(each.numel() for each in network.parameters()) == 1_679_235


def test_all_take_turns(peers: ModuleType, models: Path, tmp_path: Path) -> None:
    rivals = [*peers.johnson(64, 48, 1, tmp_path), *peers.ours(64, 48, 1, ["invert"])]
    painted = rivals[1].call()
    assert isinstance(painted, np.ndarray)
    assert (painted.shape, painted.dtype) == ((48, 64, 3), np.uint8)
    each = peers.compete(rivals, (64, 48), 1, 3)
    names = [(one.name, one.part) for one in each.timed]
    ours = [("tiny-invert", "network fp32"), ("tiny-invert", "call")]
    assert names == [(peers.JOHNSON, "network"), (peers.JOHNSON, "call"), *ours]
    assert all(one.calls == 6 for one in each.timed)
    pairs = [(versus.peer, versus.ours) for versus in each.versus]
    assert pairs == [((peers.JOHNSON, part), own) for part in ("network", "call") for own in ours]
    assert all(versus.longer.median > 1 for versus in each.versus)
    text = peers.table(each)
    assert "| tiny-invert, call | " in text
    assert "(half of the turns)" in text


def test_the_call_feeds_red_first_and_takes_it_back(
    peers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that only adds to red must make BGR pictures redder."""
    import torch

    class Redder(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + torch.tensor([50.0, 0.0, 0.0]).reshape(1, 3, 1, 1)

    monkeypatch.setattr("plain.plain_johnson", Redder)
    call = peers.johnson(64, 48, 1, tmp_path)[1].call
    painted: Image = call()
    given = next(peers.frames(64, 48)).image.astype(int)
    wanted = np.minimum(given + np.array([0, 0, 50]), 255)
    np.testing.assert_array_equal(painted, wanted)
