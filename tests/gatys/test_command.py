"""``gatys`` as it is typed, for one photo."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from realtime_nst.cli import gatys_progress
from realtime_nst.cli.app import app
from realtime_nst.errors import NstError, SinkError, TrainError
from realtime_nst.gatys import session
from realtime_nst.gatys.optimize import Iterate
from realtime_nst.gatys.optimize import optimize as really_optimise
from realtime_nst.gatys.png_metadata import read_text
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.paths import cannot_write
from tests.helpers.gatys_images import half, written

SHALLOW = ("--style-layers", "conv1_1,conv2_1:0.5", "--content-layers", "conv2_2")
QUICK = (*SHALLOW, "--size", "64", "--iterations", "4", "--network", "vgg16")


def call(*arguments: object, quick: bool = True) -> Result:
    words = ["gatys", *(str(argument) for argument in arguments), *(QUICK if quick else ())]
    return CliRunner().invoke(app, words)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path)


def test_a_picture_with_all_that_belongs_to_it(tmp_path: Path, files: tuple[Path, Path]) -> None:
    out, trace, plot = (tmp_path / name for name in ("out.png", "trace.json", "plot.png"))
    kept = ("--trace", trace, "--plot", plot, "--save-every", 2)
    result = call(*files, "-o", out, *kept, "--tv-weight", 10)
    assert result.exit_code == 0, result.output
    assert read_image(out).shape == (48, 64, 3)
    records = json.loads(trace.read_text())
    assert [record["iteration"] for record in records] == [1, 2, 3, 4]
    assert set(records[0]) == {"iteration", "content", "style", "tv", "total", "seconds"}
    assert records[-1]["tv"] > 0
    assert records[-1]["total"] < records[0]["total"]
    assert read_image(plot).shape == (480, 720, 3)
    assert {path.name for path in tmp_path.glob("out_*.png")} == {"out_00002.png", "out_00004.png"}
    made = json.loads(read_text(out)[session.TEXT])
    assert made["styles"][0]["path"] == "stripes.png"
    assert made["settings"]["style_layers"] == {"conv1_1": 1.0, "conv2_1": 0.5}
    assert made["result"]["iteration"] == 4


def test_the_same_command_gives_the_same_picture(tmp_path: Path, files: tuple[Path, Path]) -> None:
    for name in ("a.png", "b.png"):
        assert call(*files, "-o", tmp_path / name, "--init", "noise", "--seed", 5).exit_code == 0
    assert np.array_equal(read_image(tmp_path / "a.png"), read_image(tmp_path / "b.png"))


def test_ctrl_c_saves_what_there_is(
    tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any) -> Iterator[Iterate]:
        for iterate in really_optimise(*arguments):
            if iterate.iteration == 2:
                signal.raise_signal(signal.SIGINT)
            yield iterate

    monkeypatch.setattr(session, "optimize", interrupted)
    result = call(*files, "-o", tmp_path / "out.png", "--trace", tmp_path / "t.json")
    assert result.exit_code == 130
    assert "2 of 4 iterations" in result.output
    assert read_image(tmp_path / "out.png").shape == (48, 64, 3)
    assert len(json.loads((tmp_path / "t.json").read_text())) == 2


def test_memory_that_runs_out_all_the_same_is_an_error_with_a_cure(
    tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(*_: Any) -> Iterator[Iterate]:
        raise torch.OutOfMemoryError("CUDA out of memory")
        yield

    monkeypatch.setattr(session, "optimize", greedy)
    result = call(*files, "-o", tmp_path / "out.png")
    assert isinstance(result.exception, TrainError)
    assert "--tile 512" in result.exception.hint


def test_memory_too_short_is_refused_before_the_first_step(
    tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "free_memory", lambda _: 1e6)
    monkeypatch.setattr(session, "resize", lambda *_: pytest.fail("a picture was enlarged"))
    for more in ((), ("--tile", "0"), ("--tile", "512")):
        result = call(*files, "-o", tmp_path / "out.png", *more)
        assert isinstance(result.exception, TrainError)
        assert "64x48 needs about" in str(result.exception)


def test_styles_with_shares_and_masks(tmp_path: Path, files: tuple[Path, Path]) -> None:
    """On the masked half nothing asks for a change, so the photo stays."""
    content, style = files
    write_image(tmp_path / "mask.png", half("left"))
    masked = ("--content-mask", tmp_path / "mask.png", "--style-mask", "-")
    result = call(content, f"{style}:0.7", "-o", tmp_path / "out.png", *masked)
    assert result.exit_code == 0, result.output
    before = cv2.resize(read_image(content), (64, 48), interpolation=cv2.INTER_AREA).astype(float)
    change = np.abs(read_image(tmp_path / "out.png") - before).mean(axis=(0, 2))
    assert change[:24].mean() > 3 * change[44:].mean()
    assert json.loads(read_text(tmp_path / "out.png")[session.TEXT])["styles"][0]["share"] == 0.7


@pytest.mark.parametrize("how", ["luminance", "match"])
def test_colours_are_kept(tmp_path: Path, files: tuple[Path, Path], how: str) -> None:
    """The mean colour stays much nearer to the photo's than without."""
    for name, keep in (("plain.png", "none"), ("kept.png", how)):
        strong = ("--style-weight", "heavy", "--keep-colour", keep)
        assert call(*files, "-o", tmp_path / name, *strong).exit_code == 0
    far = [
        np.abs(read_image(tmp_path / name).mean((0, 1)) - read_image(files[0]).mean((0, 1))).max()
        for name in ("plain.png", "kept.png")
    ]
    assert far[1] < 0.5 * far[0]


def test_a_picture_to_begin_with_and_a_pyramid(tmp_path: Path, files: tuple[Path, Path]) -> None:
    more = ("--init", files[1], "--levels", 2, "--style-scale", 0.7, "--optimizer", "adam")
    result = call(*files, "-o", tmp_path / "out.jpg", *more, "--pooling", "avg", "--tile", 0)
    assert result.exit_code == 0, result.output
    assert read_image(tmp_path / "out.jpg").shape == (48, 64, 3)


def test_a_png_names_the_picture_it_began_with(tmp_path: Path, files: tuple[Path, Path]) -> None:
    for init, told in ((files[1], "stripes.png"), ("noise", "noise")):
        assert call(*files, "-o", tmp_path / "out.png", "-y", "--init", init).exit_code == 0
        made = json.loads(read_text(tmp_path / "out.png")[session.TEXT])
        assert (made["init"], made["settings"]["init"]) == (told, told)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--style-weight", "strong"), "'strong' is not a style weight"),
        (("--style-layers", "conv1_1:x"), "is not a layer weight"),
        (("--content-mask", "-", "--content-mask", "-"), "more masks than styles"),
        (("--content-mask", "missing.png"), "cannot read missing.png"),
        (("--keep-colour", "hue"), "cannot keep colors"),
        (("--init", "missing.png"), "cannot read missing.png"),
        (("--precision", "int8"), "no precision 'int8'"),
        (("-o", "words.pth/out.png"), "words.pth is not a folder"),
        (("-o", "out.xyz"), "unknown file extension"),
        (("-o", "."), "it is a folder"),
        (("--trace", "."), "it is a folder"),
        (("--trace", "words.pth/trace.json"), "words.pth is not a folder"),
        (("--plot", "."), "it is a folder"),
        (("--plot", "curves.xyz"), "unknown file extension"),
        (("-o", "photo.png"), "photo.png: it is the input"),
        (("-o", "stripes.png"), "stripes.png: it is the input"),
        (("-o", "link.png"), "link.png: it is the input"),
        (("--trace", "words.pth", "--vgg-weights", "words.pth"), "words.pth: it is the input"),
        (("--plot", "mask.png", "--style-mask", "mask.png"), "mask.png: it is the input"),
        (("--plot", "mask.png", "--init", "mask.png"), "mask.png: it is the input"),
        (("-o", "p.png", "--save-every", "1"), "p_00002.png: it is the input"),
        (("--plot", "out.png"), "2 results would all become"),
        (("--trace", "pipe.json"), "is a pipe or a device"),
        (("--device", "foo"), "no device 'foo'"),
        (("--style-weight=-5",), "style weight cannot be -5"),
        (("--style-weight", "nan"), "style weight cannot be nan"),
        (("--content-weight", "inf"), "content weight cannot be inf"),
        (("--style-layers", "conv1_1:-1"), "weight of conv1_1 cannot be -1"),
        (("--style-layers", ","), "a layer without a name"),
        (("--style-layers", ""), "a layer without a name"),
        (("--optimizer", "adam", "--lr", "0"), "rate cannot be 0"),
        (("--style-scale", "inf"), "style scale cannot be inf"),
        (("--vgg-weights", "words.pth"), "cannot be read as VGG weights (IndexError"),
    ],
)
def test_mistakes_are_named_before_time_is_spent(
    files: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.pth").write_text("export what you want")
    write_image(tmp_path / "mask.png", half("left"))
    (tmp_path / "link.png").symlink_to(files[0])
    (tmp_path / "p_00002.png").hardlink_to(files[0])
    os.mkfifo(tmp_path / "pipe.json")
    monkeypatch.setattr(session, "optimize", lambda *_: pytest.fail("time was spent"))
    result = call(*files, "-o", "out.png", *QUICK, *arguments, quick=False)
    assert isinstance(result.exception, NstError)
    assert said in str(result.exception)
    assert result.exception.hint


@pytest.mark.parametrize("share", ["-0.5", "nan", "inf"])
def test_a_share_of_a_style_is_a_number_from_0_up(
    tmp_path: Path, files: tuple[Path, Path], share: str
) -> None:
    result = call(*files, f"{files[1]}:{share}", "-o", tmp_path / "out.png")
    assert isinstance(result.exception, TrainError)
    assert f"share of stripes.png cannot be {share}" in str(result.exception)


def test_the_picture_is_safe_before_its_losses_are_written(
    tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: str) -> None:
        raise cannot_write(path, OSError(28, "No space left on device"))

    monkeypatch.setattr(gatys_progress, "write_atomic", full)
    result = call(*files, "-o", tmp_path / "out.png", "--trace", tmp_path / "trace.json")
    assert isinstance(result.exception, SinkError)
    assert "No space left" in str(result.exception)
    assert read_image(tmp_path / "out.png").shape == (48, 64, 3)
