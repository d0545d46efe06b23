"""Work that does not fit into memory is refused before it starts."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from realtime_nst.convert.transforms import OutputShape, transform
from realtime_nst.errors import DeviceError
from realtime_nst.inference.footprint import bytes_needed
from realtime_nst.inference.session import open_session
from realtime_nst.inference.trials import Candidate
from realtime_nst.memory import _container, free_memory, require_memory
from realtime_nst.models.card import Card
from realtime_nst.models.registry import find_style
from realtime_nst.sources import open_source
from tests.helpers import onnx_models

HUGE = (1_000_000, 1_000_000)
MEASURED = """
import re, sys
from pathlib import Path
import numpy as np
from realtime_nst.inference.session import open_session

def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", status)[1])

path, device, precision, height, width = sys.argv[1:]
size = (int(height), int(width))
weights = (1.0,) + 11 * (0.0,)
session = open_session(path, device, precision=precision, weights=weights, size=(64, 64))
session.run(np.zeros((64, 64, 3), np.uint8))
before = peak()
session.run(np.zeros((*size, 3), np.uint8))
print(peak() - before)
"""


def test_free_memory_is_known_on_linux() -> None:
    free = free_memory()
    assert free is None or free > 1e8
    assert free is not None or sys.platform != "linux"


def test_container_limit_counts_cached_files_as_free(tmp_path: Path) -> None:
    assert _container(tmp_path) is None
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("900\n")
    (tmp_path / "memory.stat").write_text("anon 300\ninactive_file 500\n")
    assert _container(tmp_path) == 600
    (tmp_path / "memory.max").write_text("max\n")
    assert _container(tmp_path) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_address_space_limit_counts() -> None:
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))\n"
        "from realtime_nst.memory import free_memory\n"
        "print(free_memory())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sys.platform != "linux" or float(told.stdout) < 2e9


def test_require_memory() -> None:
    require_memory("4x4", 10.0, None, "")
    require_memory("4x4", 10.0, 10.0, "")
    with pytest.raises(DeviceError, match=r"4x4 pixels: about 12\.0 GB .* 1\.5 GB are free"):
        require_memory("4x4", 12e9, 1.5e9, "")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count no peaks there")
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_bytes_needed_is_what_a_large_image_takes(precision: str) -> None:
    model, size = find_style("starry-night").model, (2600, 2600)
    arguments = [str(model.path), "cpu", precision, *map(str, size)]
    command = [sys.executable, "-c", MEASURED, *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    need = bytes_needed(model.card, Candidate("cpu", precision), size)
    assert need
    assert 0.6 * need < float(told.stdout) < need


@pytest.mark.parametrize("device", ["cpu", "openvino"])
@pytest.mark.parametrize("precision", ["fp32", "int8", "bf16"])
def test_every_network_has_an_estimate(device: str, precision: str) -> None:
    for tier in ("nano", "fast", "quality", "johnson", "unheard-of"):
        card: Card = onnx_models.card("a", tier=tier)
        assert (bytes_needed(card, Candidate(device, precision), (10, 10)) or 0) > 2000
    assert bytes_needed(card, Candidate("cuda", precision), (10, 10)) is None


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_open_session_refuses_size_beyond_memory(tmp_path: Path, device: str) -> None:
    path = onnx_models.invert(tmp_path / "model.onnx")
    with pytest.raises(DeviceError, match="1000000x1000000 pixels: about") as caught:
        open_session(path, device, precision="auto", size=HUGE)
    assert "smaller --size or --render-scale" in caught.value.hint


def test_shaped_refuses_frames_beyond_memory() -> None:
    with pytest.raises(DeviceError, match="1000000x1000000 pixels") as caught:
        transform(open_source("synthetic:64x48,5,2"), OutputShape(size=HUGE, rate=Fraction(5)))
    assert caught.value.hint == "choose a smaller --size"
