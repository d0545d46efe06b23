"""``--device`` and ``--precision`` on the command line: obeyed, said, or an error with its cure."""

from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.cli.options import Threads
from realtime_nst.errors import NstError
from realtime_nst.inference import devices
from realtime_nst.inference.candidates import int8_is_exact
from realtime_nst.inference.session import open_session
from realtime_nst.machine import usable_cpus
from tests.helpers import onnx_models


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture = np.random.default_rng(2).integers(0, 256, (48, 64, 3), np.uint8)
    assert cv2.imwrite(str(path), picture)
    return path


@pytest.fixture
def warm(models: Path) -> Path:
    """A model among the others, with an int8 file of its first style."""
    onnx_models.brush(models / "tiny-brush" / "model.onnx")
    onnx_models.brush(models / "tiny-brush" / "int8" / "warm.onnx", int8=True)
    return models


def image(photo: Path, *arguments: str, threads: int = 1) -> str:
    """What ``image`` says; its errors as they are raised."""
    painted = photo.with_name("painted.png")
    words = ["image", str(photo), str(painted), "-y", "--style", *arguments]
    words += ["--threads", str(threads)]
    result = CliRunner().invoke(app, words, standalone_mode=False)
    if result.exception:
        raise result.exception
    assert painted.is_file()
    return result.stderr


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_what_is_asked_for_runs(warm: Path, photo: Path, precision: str) -> None:
    told = image(photo, "warm", "--device", "cpu", "--precision", precision)
    assert f"warm on ONNX Runtime {precision}\n" in told


def test_the_fastest_runs_where_nothing_is_asked_for(warm: Path, photo: Path) -> None:
    told = image(photo, "warm", "--verbose")
    assert "warm (tiny-brush, fast) on " in told
    assert " ms; " in told


def test_the_fastest_of_a_device(warm: Path, photo: Path) -> None:
    told = image(photo, "warm", "--device", "cpu", "-v")
    assert f"ONNX Runtime {'int8' if int8_is_exact() else 'fp32'}" in told
    assert "fp32" in told
    assert "OpenVINO" not in told


def test_precision_hint_names_a_device_of_this_machine(
    warm: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime_nst.inference.variants.nvidia_driver", lambda: False)
    monkeypatch.setattr(
        "realtime_nst.inference.variants.installed", lambda name: name != "openvino"
    )
    for precision, wanted in (("bf16", "--precision auto"), ("fp16", "--device directml")):
        with pytest.raises(NstError, match="cannot compute") as caught:
            image(photo, "warm", "--device", "cpu", "--precision", precision)
        assert caught.value.hint == wanted


@pytest.mark.parametrize(
    ("card", "driver", "noted"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_cuda_is_mentioned_where_there_is_an_nvidia_card(
    models: Path,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    card: bool,
    driver: bool,
    noted: bool,
) -> None:
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setattr(devices, "nvidia_card", lambda: card)
    monkeypatch.setattr(devices, "nvidia_driver", lambda: driver)
    for options in ((), ("--verbose",)):
        told = image(photo, "invert", *options)
        assert ("CUDA does not run" in told) is noted
        assert ("note: CUDA" in told) is (noted and not options)


def test_threads_beyond_cpus_are_capped_with_note(warm: Path, photo: Path) -> None:
    cpus = usable_cpus()
    ran = f"{cpus} thread{'' if cpus == 1 else 's'}\n"
    noted = image(photo, "warm", "--device", "cpu", "--precision", "fp32", "-v", threads=100_000)
    assert f"note: --threads 100000: only {cpus} CPU" in noted
    assert ran in noted
    session = open_session(warm / "tiny-two" / "model.onnx", "cpu", threads=100_000)
    assert f"{session.why}\n".endswith(ran)


def commands(group: Typer) -> Iterator[Any]:
    yield from (each.callback for each in group.registered_commands)
    for each in group.registered_groups:
        assert each.typer_instance
        yield from commands(each.typer_instance)


def test_every_command_shares_the_threads_option() -> None:
    named = [command for command in commands(app) if "threads" in signature(command).parameters]
    assert {command.__name__ for command in named} >= {"video", "image", "webcam", "train", "sheet"}
    for command in named:
        assert signature(command).parameters["threads"].annotation == Threads


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("cold", "--precision", "int8"), "no int8 variant of cold", "--quantize int8"),
        (("warm:1,cold:1", "--precision", "int8"), "holds one style", "--precision fp32"),
        (("warm", "--device", "cpu", "--precision", "bf16"), "cannot compute", "openvino"),
        (("warm", "--precision", "fp9"), "no precision 'fp9'", "auto, fp32, int8"),
        (("warm", "--device", "tpu"), "no device 'tpu'", "auto, cpu, openvino"),
    ],
)
def test_what_cannot_be_had(
    warm: Path, photo: Path, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    with pytest.raises(NstError, match=message) as caught:
        image(photo, *arguments)
    assert hint in caught.value.hint
