"""Provider options for GPUs; without a GPU, only the options themselves are tested."""

from collections import Counter
from pathlib import Path

import pytest

from realtime_nst.errors import DeviceError
from realtime_nst.inference import devices
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import EngineSettings
from realtime_nst.inference.engines import onnx_runtime as ort
from realtime_nst.inference.engines.providers import Provider, providers_for
from realtime_nst.models.onnx_model import OnnxModel, read_network
from realtime_nst.models.precisions import FP16
from realtime_nst.models.registry import find_style
from tests.helpers import onnx_models

SIZE = (480, 640)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REALTIME_NST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def brush(tmp_path: Path) -> OnnxModel:
    return read_network(onnx_models.brush(tmp_path / "model.onnx"))


def half(tmp_path: Path) -> OnnxModel:
    about = onnx_models.card("warm", "cold", name="tiny-brush", precision="fp16")
    return read_network(onnx_models.brush(tmp_path / "fp16.onnx", about))


def offered(name: str, network: OnnxModel, precision: str = "fp32") -> list[Provider]:
    settings = EngineSettings(2, precision=precision)
    return list(providers_for(DEVICES[name], network, settings, SIZE))


def test_providers_cuda_with_and_without_graph(brush: OnnxModel) -> None:
    graph, plain = offered("cuda", brush)
    assert graph.options["enable_cuda_graph"] == "1"
    assert graph.notes == ("CUDA graph",)
    assert plain.options["enable_cuda_graph"] == "0"
    assert not plain.notes
    assert graph.memory == plain.memory == "cuda"
    assert graph.options["prefer_nhwc"] == "0"
    assert graph.chain == [("CUDAExecutionProvider", dict(graph.options))]


def test_providers_cuda_fp16_channels_last(tmp_path: Path) -> None:
    ways = offered("cuda", half(tmp_path))
    assert [way.options["prefer_nhwc"] for way in ways] == ["1", "1", "0", "0"]
    assert [way.options["enable_cuda_graph"] for way in ways] == ["1", "0", "1", "0"]


def test_providers_cuda_instance_norm_keeps_layout() -> None:
    johnson = find_style("starry-night@johnson").model.path.with_name("fp16.onnx")
    ways = offered("cuda", read_network(johnson))
    assert [way.options["prefer_nhwc"] for way in ways] == ["0", "0"]


def test_providers_tensorrt_cache_per_model_and_size(tmp_path: Path, brush: OnnxModel) -> None:
    """In one folder the provider would use the engine of another style."""
    places = {
        provider.options["trt_engine_cache_path"]
        for network in (brush.baked((1.0, 0.0)), brush.baked((0.0, 1.0)), brush)
        for size in (SIZE, (720, 1280))
        for provider in providers_for(DEVICES["tensorrt"], network, EngineSettings(2), size)
    }
    assert len(places) == 6
    assert all(Path(place).is_dir() for place in places)


def test_providers_tensorrt_converts_to_fp16(brush: OnnxModel) -> None:
    graph, _ = offered("tensorrt", brush, FP16)
    assert graph.options["trt_fp16_enable"] == "1"
    assert graph.precision == FP16
    assert graph.chain[1:] == ["CUDAExecutionProvider"]
    assert offered("tensorrt", brush)[0].options["trt_fp16_enable"] == "0"


def test_providers_tensorrt_without_cache(cache: Path, brush: OnnxModel) -> None:
    cache.write_text("in the way")
    assert not any("cache" in name for name in offered("tensorrt", brush)[0].options)


@pytest.mark.parametrize("name", ["cpu", "directml", "coreml", "webgpu"])
def test_providers_of_other_devices_use_host_memory(brush: OnnxModel, name: str) -> None:
    (only,) = offered(name, brush)
    assert only.memory is None


def test_open_onnx_runtime_tries_next_provider(
    brush: OnnxModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider without nodes stands for a GPU that cannot capture a graph."""
    fake = devices.Device("Fake", "AzureExecutionProvider", "onnxruntime", "none")
    ways = [Provider(fake), Provider(DEVICES["cpu"])]
    monkeypatch.setattr(ort, "providers_for", lambda *about: iter(ways))
    running = ort.open_onnx_runtime(brush, DEVICES["cpu"], EngineSettings(1), (64, 64))
    assert str(running.info) == "ONNX Runtime fp32, 1 thread"
    ways = [Provider(fake), Provider(fake)]
    with pytest.raises(DeviceError, match="gave the whole model to CPUExecutionProvider"):
        ort.open_onnx_runtime(brush, DEVICES["cpu"], EngineSettings(1), (64, 64))


@pytest.mark.parametrize(
    ("placement", "lost"),
    [
        ({"CUDAExecutionProvider": {"Conv": 9}}, None),
        ({"CUDAExecutionProvider": {"Conv": 9}, "CPUExecutionProvider": {"Gather": 2}}, None),
        (
            {"CUDAExecutionProvider": {"Clip": 1}, "CPUExecutionProvider": {"Conv": 9}},
            "ONNX Runtime gave convolutions to CPUExecutionProvider",
        ),
        (
            {"CPUExecutionProvider": {"Conv": 9}},
            "ONNX Runtime gave the whole model to CPUExecutionProvider",
        ),
    ],
)
def test_nodes_on_other_providers(placement: dict[str, dict[str, int]], lost: str | None) -> None:
    counted = {name: Counter(kinds) for name, kinds in placement.items()}
    assert ort._misplaced_nodes(counted, DEVICES["cuda"]) == lost
