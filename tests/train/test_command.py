"""``train`` and ``export`` as people use them."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.cli.train_progress import is_preview_step
from realtime_nst.errors import SinkError
from realtime_nst.files import Lock
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.models.registry import find_style
from realtime_nst.train.checkpoint import load_checkpoint
from realtime_nst.train.recipe import read_recipe
from tests.helpers.recipes import RECIPE, photo

COMMAND = [sys.executable, "-m", "realtime_nst"]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    write_image(folder / "dots.png", photo(9))
    (folder / "recipe.toml").write_text(RECIPE.format(steps=4))
    return folder


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_from_a_painting_to_a_model(recipe: Path, photos: Path, tmp_path: Path) -> None:
    out, model = tmp_path / "run", tmp_path / "mine.onnx"
    arguments = ["train", recipe, "--content", photos, "--out", out, "--preview-every", 2]
    trained = run(*arguments)
    assert trained.returncode == 0, trained.stderr
    assert "mine: fast, 0.01 M parameters, on the CPU" in trained.stderr
    assert "broken.jpg" in trained.stderr
    assert "4 of 4 steps" in trained.stdout
    assert {p.name for p in out.iterdir()} == {
        "checkpoint.pt", "preview_000002.png", "preview_000004.png"
    }  # fmt: skip
    again = run(*arguments)
    assert again.returncode == 1
    assert "hint: add --resume" in again.stderr
    exported = run("export", out, model)
    assert exported.returncode == 0, exported.stderr
    assert "grey levels" in exported.stdout
    assert f"next: realtime-nst webcam --style {model}\n" in exported.stderr
    assert find_style(str(model)).model.styles == ["dots"]


def test_previews_show_photos_first_look_and_now(
    recipe: Path, photos: Path, tmp_path: Path
) -> None:
    heights = {}
    for name, start in (
        ("first", ("--from-scratch",)),
        ("second", ("--init-from", tmp_path / "first")),
    ):
        arguments = ["train", recipe, "--content", photos, "--out", tmp_path / name, *start]
        assert run(*arguments).returncode == 0
        heights[name] = read_image(tmp_path / name / "preview_000004.png").shape[0]
    assert heights == {"first": 2 * 64, "second": 3 * 64}  # random weights are no first look


def test_ctrl_c_saves_and_resume_goes_on(recipe: Path, photos: Path, tmp_path: Path) -> None:
    (recipe / "recipe.toml").write_text(RECIPE.format(steps=5000))
    out = tmp_path / "run"
    command = [*COMMAND, "train", str(recipe), "--content", str(photos), "--out", str(out)]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        assert "mine: fast" in process.stderr.readline()  # it has begun
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate()
    assert process.returncode == 130
    assert "of 5000 steps" in said
    assert "add --resume" in complained
    assert f"try it now: realtime-nst export {out} mine.onnx" in complained
    done = load_checkpoint(out / "checkpoint.pt").step
    assert f"preview: {out / f'preview_{done:06d}.png'}" in complained
    assert (out / f"preview_{done:06d}.png").is_file()
    assert 0 < done < 5000
    rest = run(*command[3:], "--resume", "--steps", done + 1)
    assert rest.returncode == 0, rest.stderr
    assert f"{done + 1} of {done + 1} steps" in rest.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.jpg"], "missing.jpg: there is no such file"),
        (["a.png", "--from-scratch", "--content", "empty"], "no images in"),
        (["a.png", "--from-scratch", "--content", "nowhere"], "no folder nowhere"),
        (["missing.toml"], "no recipe at"),
        (["a.png", "--tier", "huge"], "no tier 'huge'"),
    ],
)
def test_a_mistake_gets_one_line_and_a_hint(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "a.png", photo(1))
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(app, ["train", *arguments])
    assert result.exit_code == 1
    assert said in str(result.exception)
    assert getattr(result.exception, "hint", "")
    assert not (tmp_path / "runs").exists()


def test_a_recipe_in_the_current_folder_is_the_one_that_is_trained(
    recipe: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(recipe)
    text = RECIPE.format(steps=2).replace("width = 6", "width = 48").replace("= 1\n", "= 4\n")
    (recipe / "recipe.toml").write_text(text)
    options = ["--content", str(photos), "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(app, ["train", "recipe.toml", *options])
    assert result.exit_code == 0, result.output
    assert "2 of 2 steps" in result.output
    assert "initialized from" not in result.output
    done = load_checkpoint(tmp_path / "run")
    assert done.recipe == read_recipe(recipe / "recipe.toml")


@pytest.mark.parametrize(
    ("every", "wanted"), [(None, [25, 50, 100, 200, 400, 600]), (300, [300, 600])]
)
def test_previews_come_early(every: int | None, wanted: list[int]) -> None:
    assert [step for step in range(1, 601) if is_preview_step(step, every)] == wanted


def test_export_of_several_styles_shows_a_command_that_works(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RECIPE.format(steps=1)
    second = '[[styles]]\nname = "more dots"\npicture = "dots.png"\nsize = 64\n'
    (recipe / "recipe.toml").write_text(text.replace("[[losses]]", f"{second}[[losses]]"))
    out, model = tmp_path / "my run", tmp_path / "my model.onnx"
    runner = CliRunner()
    trained = runner.invoke(
        app, ["train", str(recipe), "--content", str(recipe), "--out", str(out)]
    )
    assert f"next: realtime-nst export '{out}' mine.onnx" in trained.stdout
    exported = runner.invoke(app, ["export", str(out), str(model)])
    shown = exported.stderr.splitlines()[-1].partition("next: ")[2]
    assert shlex.split(shown)[1:] == ["webcam", "--style", f"{model}:dots"]
    assert find_style(shlex.split(shown)[-1]).weights == (1.0, 0.0)


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("train a.png --smoke", "runs/a/checkpoint.pt"),
        ("train a.png --smoke --out here", "here/checkpoint.pt"),
        ("export here/checkpoint.pt a.onnx", "a.onnx"),
        ("gatys a.png b.png -o c.png", "c.png"),
        ("gatys folder b.png -o here", "here/manifest.json"),
    ],
)
def test_one_process_writes_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, result: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png", "folder/c.png"):
        write_image(tmp_path / name, photo(1))
    with Lock(Path(result)):
        ended = CliRunner().invoke(app, command.split())
    assert isinstance(ended.exception, SinkError), ended.output
    assert "another realtime-nst" in str(ended.exception)
    assert not list(tmp_path.rglob("*.pt"))


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    failed = run("export", tmp_path / "none.pt", tmp_path / "out.onnx")
    assert failed.returncode == 1
    assert failed.stderr.startswith("error: no checkpoint at")
    assert "hint: " in failed.stderr
    assert not (tmp_path / "out.onnx").exists()


def test_beginning_with_another_training(recipe: Path, tmp_path: Path) -> None:
    """What has not been learnt anew is as the other left it."""
    first, second = tmp_path / "first", tmp_path / "second"
    common = ("--content", tmp_path / "mine", "--seed", 1)
    assert run("train", recipe, *common, "--out", first).returncode == 0
    begun = run("train", recipe, *common, "--init-from", first, "--out", second, "--steps", 1)
    assert begun.returncode == 0, begun.stderr
    assert f"initialized from {first}" in begun.stderr
    fresh = run("train", recipe, *common, "--out", tmp_path / "third", "--steps", 1)
    assert fresh.returncode == 0
    before, after, other = (
        load_checkpoint(out).weights["tail.weight"] for out in (first, second, tmp_path / "third")
    )
    assert (after - before).abs().max() < (after - other).abs().max()


def test_beginning_with_a_training_of_another_shape(recipe: Path, tmp_path: Path) -> None:
    content = ("--content", recipe)
    assert run("train", recipe, *content, "--out", tmp_path / "a", "--steps", 1).returncode == 0
    text = (recipe / "recipe.toml").read_text().replace("width = 6", "width = 8")
    (recipe / "recipe.toml").write_text(text)
    refused = run("train", recipe, *content, "--init-from", tmp_path / "a", "--out", tmp_path / "b")
    assert refused.returncode == 1
    assert "another network" in refused.stderr
    assert "Traceback" not in refused.stderr
