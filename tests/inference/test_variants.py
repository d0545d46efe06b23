"""Variants next to a model are found, checked and offered to the devices that can run them."""

from pathlib import Path

import pytest

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.inference import candidates as listing
from realtime_nst.inference.candidates import auto_devices, candidates, int8_is_exact, trial_size
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.trials import Candidate
from realtime_nst.inference.variants import Variants
from realtime_nst.models.onnx_model import read_network
from realtime_nst.models.precisions import BF16, FP16, FP32, INT8
from tests.helpers import onnx_models

WARM, COLD, BLEND = (1.0, 0.0), (0.0, 1.0), (0.5, 0.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a model of two styles, with int8 for the first style and fp16 for both."""
    onnx_models.brush(tmp_path / "model.onnx")
    onnx_models.brush(tmp_path / "int8" / "warm.onnx", int8=True)
    half = onnx_models.card("warm", "cold", name="tiny-brush", precision="fp16")
    onnx_models.brush(tmp_path / "fp16.onnx", half)
    return tmp_path


def variants(folder: Path, weights: tuple[float, ...] | None, name: str = "model.onnx") -> Variants:
    return Variants(read_network(folder / name), weights)


@pytest.mark.parametrize(
    ("weights", "device", "precisions"),
    [
        (WARM, "cpu", [INT8, FP32]),
        (COLD, "cpu", [FP32]),
        (BLEND, "cpu", [FP32]),
        (None, "cpu", [FP32]),
        (WARM, "openvino", [INT8, BF16, FP32]),
        (COLD, "openvino", [BF16, FP32]),
        (COLD, "cuda", [FP16, FP32]),
        (None, "cuda", [FP16, FP32]),
        (WARM, "coreml", [FP32]),
    ],
)
def test_variants_precisions_of_device(
    folder: Path, weights: tuple[float, ...] | None, device: str, precisions: list[str]
) -> None:
    assert variants(folder, weights).precisions(DEVICES[device]) == precisions


def test_variants_tensorrt_needs_no_fp16_file(folder: Path) -> None:
    (folder / "fp16.onnx").unlink()
    both = variants(folder, WARM)
    assert both.precisions(DEVICES["tensorrt"]) == [FP16, FP32]
    assert both.precisions(DEVICES["cuda"]) == [FP32]
    assert both.network(FP16).path == folder / "model.onnx"


def test_variants_network_of_each_precision(folder: Path) -> None:
    both = variants(folder, WARM)
    files = {INT8: "int8/warm.onnx", FP16: "fp16.onnx", FP32: "model.onnx", BF16: "model.onnx"}
    for precision, name in files.items():
        network = both.network(precision)
        assert network.path == folder / name
        assert not network.is_multi_style
    assert variants(folder, None).network(FP32).is_multi_style


def test_variants_of_a_variant_have_its_precision(folder: Path) -> None:
    half = variants(folder, WARM, "fp16.onnx")
    assert half.precisions(DEVICES["cpu"]) == [FP16]
    whole = variants(folder, None, "int8/warm.onnx")
    assert whole.precisions(DEVICES["openvino"]) == [INT8]


def test_variants_network_refuses_int8_of_another_style(folder: Path) -> None:
    onnx_models.brush(folder / "int8" / "cold.onnx", int8=True)  # its card says "warm"
    with pytest.raises(ModelError, match="its style is warm, not cold") as caught:
        variants(folder, COLD).network(INT8)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("weights", "devices", "precision", "kind", "message"),
    [
        (COLD, ["cpu"], INT8, ModelError, "tiny-brush has no int8 variant of cold"),
        (BLEND, ["cpu"], INT8, ModelError, "an int8 model holds one style"),
        (None, ["cpu"], INT8, ModelError, "an int8 model holds one style"),
        (WARM, ["cpu"], BF16, DeviceError, "ONNX Runtime cannot compute in bf16"),
        (WARM, ["cpu", "openvino"], FP16, DeviceError, "ONNX Runtime and OpenVINO cannot compute"),
        (WARM, ["cpu"], "fp8", DeviceError, "there is no precision 'fp8'"),
    ],
)
def test_candidates_unavailable_precision(
    folder: Path,
    weights: tuple[float, ...] | None,
    devices: list[str],
    precision: str,
    kind: type[Exception],
    message: str,
) -> None:
    with pytest.raises(kind, match=message) as caught:
        candidates(variants(folder, weights), devices, precision)
    assert getattr(caught.value, "hint", "")


def test_candidates_precision_of_file_differs(folder: Path) -> None:
    with pytest.raises(ModelError, match="computes in fp16") as caught:
        candidates(variants(folder, WARM, "fp16.onnx"), ["cpu"], FP32)
    assert caught.value.hint == "--precision fp16"


def test_candidates_likely_fastest_first_and_reference_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "int8_is_exact", lambda: True)
    found = candidates(variants(folder, WARM), ["cpu", "openvino"], "auto")
    assert [(each.device, each.precision) for each in found] == [
        ("openvino", INT8),
        ("cpu", INT8),
        ("openvino", BF16),
        ("openvino", FP32),
        ("cpu", FP32),
    ]


def test_trial_size_is_larger_for_gpus() -> None:
    cpus = [Candidate("openvino", INT8), Candidate("cpu", FP32)]
    assert trial_size(cpus) == (180, 320)
    assert trial_size([*cpus, Candidate("webgpu", FP16)]) == (480, 640)


def test_candidates_auto_skips_int8_that_saturates(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "int8_is_exact", lambda: False)
    both = variants(folder, WARM)
    assert candidates(both, ["cpu"], "auto") == [Candidate("cpu", FP32)]
    assert candidates(both, ["cpu"], INT8) == [Candidate("cpu", INT8)]


@pytest.mark.parametrize(
    ("machine", "flags", "answer"),
    [
        ("x86_64", ("avx2", "avx512f", "avx512_vnni"), True),
        ("AMD64", ("avx2", "avx_vnni"), True),
        ("x86_64", ("avx2", "avx512f"), False),
        ("arm64", ("asimddp",), True),
    ],
)
def test_int8_is_exact(machine: str, flags: tuple[str, ...], answer: bool) -> None:
    assert int8_is_exact(machine, flags) is answer


def test_candidates_without_precision_run_the_file(folder: Path) -> None:
    assert candidates(variants(folder, WARM), ["cpu"], None) == [Candidate("cpu", FP32)]
    assert candidates(variants(folder, None, "fp16.onnx"), ["cpu"], None) == [
        Candidate("cpu", FP16)
    ]


def test_auto_devices_are_installed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "find_spec", lambda name: None)
    assert auto_devices() == []
    monkeypatch.setattr(listing, "find_spec", lambda name: name)
    monkeypatch.setattr(listing, "installed", lambda name: False)
    monkeypatch.setattr("realtime_nst.inference.candidates.sys.platform", "linux")
    assert auto_devices() == ["cpu", "openvino"]
    monkeypatch.setattr("realtime_nst.inference.candidates.sys.platform", "darwin")
    assert auto_devices() == ["cpu", "openvino", "coreml"]
