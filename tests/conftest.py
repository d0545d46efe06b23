"""Guards around every test, and what several packages of tests share."""

import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.helpers import onnx_models
from tests.helpers.recipes import photo

TORCH = find_spec("torch") is not None
TORCH_FOLDERS = ("nn", "gatys", "train", "export", "evaluate/fidelity")
"""Folders whose tests need the ``[train]`` extra."""
collect_ignore = [] if TORCH else list(TORCH_FOLDERS)


def pytest_report_header() -> str:
    """Say so where training is not tested."""
    return "training: tested" if TORCH else "training: NOT TESTED, the [train] extra is missing"


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    new = [thread for thread in threading.enumerate() if thread not in before]
    for thread in new:
        thread.join(5.0)  # one that is told to end, as a progress bar's, may take its time
    left = [thread.name for thread in new if thread.is_alive()]
    assert not left, f"threads left behind: {left}"


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the tests find out about a machine stays among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REALTIME_NST_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("REALTIME_NST_CONFIG", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models: ``identity``, ``invert`` in two tiers, and ``keep`` with ``black``."""
    folder = tmp_path / "models"
    onnx_models.identity(folder / "tiny-identity" / "model.onnx")
    onnx_models.invert(folder / "tiny-invert" / "model.onnx")
    slow = onnx_models.card("invert", name="slow-invert", tier="johnson")
    onnx_models.invert(folder / "slow-invert" / "model.onnx", slow)
    onnx_models.two(folder / "tiny-two" / "model.onnx")
    monkeypatch.setenv("REALTIME_NST_MODELS", str(folder))
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of five photos in a subfolder, one broken file and one that is no picture."""
    from realtime_nst.image_io.write import write_image

    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for number in range(5):
        write_image(folder / "more" / f"{number}.png", photo(number))
    (folder / "broken.jpg").write_bytes(b"not a picture")
    (folder / "notes.txt").write_text("nor this")
    return folder
