"""The public API: the workflows of docs/api.md."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

import realtime_nst as nst
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from tests.conftest import TORCH
from tests.helpers import onnx_models, scenes
from tests.helpers.recipes import RECIPE, photo
from tests.helpers.video_clips import Clip, content, make

ROOT = Path(__file__).parents[1]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
NAMED = ("starry-night", "the-scream", "great-wave")
"""The styles that documents and examples use."""


@pytest.fixture
def gallery(models: Path) -> Path:
    """Models that invert, called as the styles that documents and examples use."""
    for name in NAMED:
        onnx_models.invert(models / name / "model.onnx", onnx_models.card(name, name=name))
    return models


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make(tmp_path / "in.mp4", Clip(sound="aac"))


def stylizer(**options: Any) -> nst.Stylizer:
    return nst.Stylizer("invert", device="cpu", threads=1, **options)


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_import_loads_nothing_heavy() -> None:
    heavy = ("numpy", "cv2", "av", "onnxruntime", "openvino", "typer", "torch", "PIL")
    code = f"import realtime_nst, sys; assert not {{*{heavy}}}.intersection(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_resolves_and_is_documented() -> None:
    document = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name in nst.__all__:
        assert getattr(nst, name) is not None
        assert name in dir(nst)
        assert name in document
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        nst.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_stylizer_array(models: Path) -> None:
    image = photo(1)
    before = image.copy()
    stylized = stylizer()(image)
    assert np.array_equal(stylized, 255 - image)
    assert stylized.dtype == np.uint8
    assert stylized.flags.c_contiguous
    assert np.array_equal(image, before)


def test_stylizer_strength(models: Path) -> None:
    image = photo(1)
    made = stylizer()
    quarter = made(image, strength=0.25)
    wanted = 0.75 * image.astype(float) + 0.25 * (255 - image.astype(float))
    assert np.abs(quarter - wanted).max() <= 1
    assert np.array_equal(made(image, strength=0), image)
    with pytest.raises(nst.ImageError, match="strength 2") as caught:
        made(image, strength=2)
    assert caught.value.hint == "give a strength from 0 to 1"


def test_mask(models: Path, tmp_path: Path) -> None:
    """The same with an opened stylizer, in memory and in a file."""
    image, made = scenes.photo(), stylizer()
    masked = made(image, mask="background")
    nose, flag = (115, 222), (100, 20)
    assert np.abs(masked[nose].astype(int) - image[nose]).max() < 12
    assert np.abs(255 - masked[flag].astype(int) - image[flag]).max() < 12
    result = tmp_path / "out.png"
    again = nst.stylize_image(image, result, style=made, mask="background")
    assert np.array_equal(again, masked)
    assert np.array_equal(made(image), 255 - image)
    assert b'nst:mask="background"' in result.read_bytes()


def test_mask_names_the_areas(models: Path, clip: Path, tmp_path: Path) -> None:
    made = stylizer()
    calls: tuple[Callable[[], object], ...] = (
        lambda: made(photo(1), mask="all"),
        lambda: nst.stylize_image(photo(1), style=made, mask="all"),
        lambda: nst.stylize_video(clip, tmp_path / "out.mp4", style="invert", mask="all"),
    )
    for call in calls:
        with pytest.raises(nst.ImageError, match="cannot mask 'all'") as caught:
            call()
        assert caught.value.hint == "use person or background"


def test_stylizer_channel_order(models: Path) -> None:
    image = photo(2)
    onnx_models.brush(models / "brush" / "model.onnx")
    options: dict[str, Any] = {"device": "cpu", "precision": "fp32", "threads": 1}
    bgr, rgb = (nst.Stylizer("warm", color=order, **options) for order in ("bgr", "rgb"))
    assert np.array_equal(rgb(image[..., ::-1]), bgr(image)[..., ::-1])
    assert not np.array_equal(rgb(image), bgr(image))
    with pytest.raises(nst.ImageError, match="channel order 'rbg'") as caught:
        stylizer(color="rbg")
    assert caught.value.hint == "one of: bgr, rgb"


def test_stylizer_pillow_image(models: Path) -> None:
    pillow = pytest.importorskip("PIL.Image")
    image = pillow.fromarray(photo(1))
    stylized = stylizer()(image)
    assert isinstance(stylized, pillow.Image)
    assert np.array_equal(np.asarray(stylized), 255 - photo(1))
    for mode in ("L", "RGBA", "P"):
        with pytest.raises(nst.ImageError, match=f"Pillow image of mode {mode}: RGB") as caught:
            stylizer()(image.convert(mode))
        assert caught.value.hint == 'convert it first: image.convert("RGB")'


@pytest.mark.parametrize(
    ("image", "named", "hint"),
    [
        (photo(1) / 255, r"\(90, 120, 3\) float64", "image.astype"),
        (photo(1)[..., 0], r"\(90, 120\) uint8", "COLOR_GRAY2BGR"),
        (np.zeros((9, 9, 4), np.uint8), r"\(9, 9, 4\) uint8", "drop alpha"),
        (np.zeros((2, 9, 9, 3), np.uint8), r"\(2, 9, 9, 3\) uint8", "one image per call"),
        (b"bytes", "a bytes", "convert it first"),
        (None, "a NoneType", "convert it first"),
    ],
)
def test_stylizer_names_what_is_no_image(models: Path, image: Any, named: str, hint: str) -> None:
    with pytest.raises(nst.ImageError, match=f"cannot stylize {named}") as caught:
        stylizer()(image)
    assert hint in caught.value.hint
    with pytest.raises(ValueError, match="cannot stylize"):
        stylizer()(image)


def test_stylizer_runtime(models: Path) -> None:
    runtime = stylizer(precision="fp32", size=(64, 48)).runtime
    assert (runtime.label, runtime.precision) == ("ONNX Runtime", "fp32")
    assert runtime.placement


def test_stylizer_unknown_names(models: Path) -> None:
    with pytest.raises(nst.ModelError, match="there is no style 'nosuch'"):
        nst.Stylizer("nosuch")
    with pytest.raises(nst.DeviceError):
        nst.Stylizer("invert", device="nosuch")


def test_stylize_image_file_keeps_alpha(models: Path, tmp_path: Path) -> None:
    before = np.random.default_rng(3).integers(0, 256, (40, 60, 4), np.uint8)
    assert cv2.imwrite(str(tmp_path / "in.png"), before)
    result = nst.stylize_image(str(tmp_path / "in.png"), tmp_path / "out.png", style=stylizer())
    after = cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED)
    assert after is not None
    assert np.array_equal(after[..., 3], before[..., 3])
    assert np.array_equal(after[..., :3], result)


def test_stylize_image_in_memory(models: Path, tmp_path: Path) -> None:
    image, path = photo(1), tmp_path / "out.png"
    assert np.array_equal(nst.stylize_image(image, style=stylizer()), 255 - image)
    assert not path.exists()
    small = nst.stylize_image(image, path, style=stylizer(), size=(60, 0), color="rgb")
    assert small.shape == (45, 60, 3)
    assert np.array_equal(read_image(path), small[..., ::-1])
    same = nst.stylize_image(image, style="invert", strength=0)
    assert np.array_equal(same, image)


def test_stylize_image_pillow(models: Path) -> None:
    pillow = pytest.importorskip("PIL.Image")
    stylized = nst.stylize_image(pillow.fromarray(photo(1)), style=stylizer())
    assert isinstance(stylized, pillow.Image)
    assert np.array_equal(np.asarray(stylized), 255 - photo(1))


def test_stylize_image_errors(models: Path, tmp_path: Path) -> None:
    with pytest.raises(nst.SourceError, match="cannot read"):
        nst.stylize_image(tmp_path / "none.png", style=stylizer())
    with pytest.raises(nst.SinkError, match="unknown file extension"):
        nst.stylize_image(photo(1), tmp_path / "out.txt", style=stylizer())
    with pytest.raises(nst.ImageError, match="float32"):
        nst.stylize_image(photo(1).astype(np.float32), style=stylizer())


def test_stylize_video(models: Path, clip: Path, tmp_path: Path) -> None:
    seen: list[nst.Progress] = []
    out = tmp_path / "out.mp4"
    done = nst.stylize_video(
        str(clip), out, style="invert", device="cpu", stabilize=0, on_progress=seen.append
    )
    assert (done.path, done.frames, done.notes) == (out, 10, ())
    assert [(each.frames, each.total) for each in seen] == [(n, 10) for n in range(1, 11)]
    assert str(seen[-1]).startswith("10 of 10 frames, ")
    before, after = content(clip), content(out)
    assert (after.pts, after.size, after.sound) == (before.pts, before.size, before.sound)


def test_stylize_video_options(models: Path, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    done = nst.stylize_video(
        clip,
        out,
        style={0: "invert", 0.2: "identity"},
        fade=0,
        start=0.04,
        size=(48, 0),
        fps=Fraction(25, 2),
        codec="ffv1",
        audio=False,
        device="cpu",
    )
    made = content(out)
    assert (made.size[0], len(made.pts)) == (48, done.frames)
    assert done.frames < 10
    assert not made.sound


def test_stylize_video_interrupted_by_callback(models: Path, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"

    def stop(progress: nst.Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        nst.stylize_video(clip, out, style="invert", device="cpu", on_progress=stop)
    assert not out.exists()
    again = nst.stylize_video(clip, out, style="invert", device="cpu", resume=True)
    assert again.frames == 10
    assert len(content(out).pts) == 10


def test_stylize_video_errors(models: Path, clip: Path, tmp_path: Path) -> None:
    with pytest.raises(nst.SourceError, match="there is no"):
        nst.stylize_video(tmp_path / "none.mp4", tmp_path / "out.mp4", style="invert")
    with pytest.raises(nst.SinkError, match="is the input"):
        nst.stylize_video(clip, clip, style="invert")
    with pytest.raises(nst.ModelError, match="nosuch"):
        nst.stylize_video(clip, tmp_path / "out.mp4", style="nosuch")


def test_list_styles(models: Path) -> None:
    found = {style.name: style for style in nst.list_styles()}
    assert {"identity", "invert", "keep", "black"} <= found.keys()
    invert = found["invert"]
    assert (invert.title, invert.artist, invert.year) == ("The invert", "Nobody", "1900")
    assert set(invert.tiers) == {"fast", "johnson"}


def test_run(models: Path, clip: Path, tmp_path: Path) -> None:
    out, made, seen = tmp_path / "out.mp4", stylizer(), list[int]()
    with nst.open_source(clip) as source, nst.open_sink(out, source.info) as sink:
        nst.run(source, made.stylize_frame, sink, on_frame=lambda frame: seen.append(frame.index))
    assert seen == list(range(10))
    assert content(out).pts == content(clip).pts


def test_errors_have_one_base() -> None:
    names = [name for name in nst.__all__ if name.endswith("Error")]
    assert len(names) == 8
    for name in names:
        assert issubclass(getattr(nst, name), nst.NstError)


def test_examples(
    gallery: Path, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert example("stylize_numpy_frame").main().shape == (240, 320, 3)
    assert example("stylize_video").main(str(clip), str(tmp_path / "a.mp4")).frames == 10
    assert example("webcam_loop").main(str(clip), show=False) == 10
    example("custom_source").main(str(tmp_path / "drawn.mp4"), frames=5)
    assert len(content(tmp_path / "drawn.mp4").pts) == 5
    assert "starry-night on " in capsys.readouterr().out


@pytest.mark.skipif(not TORCH, reason="training needs the [train] extra")
def test_example_of_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = training_files(tmp_path)
    model = example("train_and_export").main(str(recipe), str(tmp_path / "run"))
    assert nst.Stylizer(str(model), device="cpu")(photo(1)).shape == photo(1).shape
    assert "4 of 4 steps" in capsys.readouterr().out


def test_document(
    gallery: Path,
    clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The code of docs/api.md runs from top to bottom."""
    pytest.importorskip("PIL")
    monkeypatch.chdir(tmp_path)
    write_image(Path("photo.jpg"), photo(1, 240, 320))
    write_image(Path("painting.jpg"), photo(2))
    training_files(tmp_path)
    blocks = PYTHON.findall((ROOT / "docs" / "api.md").read_text(encoding="utf-8"))
    assert len(blocks) > 8
    names: dict[str, Any] = {}
    for block in blocks:
        if TORCH or not re.search(r"realtime_nst\.(train|export|gatys)", block):
            exec(block, names)
    printed = capsys.readouterr().out
    assert "cannot stylize (240, 320, 3) float64: (height, width, 3) uint8 BGR" in printed
    written = ("stylized.png", "out.mp4", "copy.mp4", "wave-1.png", "short.mp4", "negative.mp4")
    assert all(Path(name).is_file() for name in written)
    assert not TORCH or Path("optimized.png").is_file()


def training_files(folder: Path) -> Path:
    """Write a recipe for a tiny network and its style image; return the recipe."""
    write_image(folder / "dots.png", photo(9))
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(steps=4))
    return recipe
