"""The installation command of an extra depends on where the program was installed from."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from realtime_nst import extras
from realtime_nst.extras import explain_import_error, install_command

PACKAGE = Path(__file__).parents[1] / "realtime_nst"


def test_install_command_in_a_checkout() -> None:
    root = PACKAGE.parent
    assert install_command("cpu", "openvino") == f'pip install -e "{root}[cpu,openvino]"'
    assert install_command(again=True) == f'pip install --force-reinstall -e "{root}"'


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, 'pip install "realtime-nst[train]"'),
        (
            {"url": "file:///tmp/realtime_nst-1-py3-none-any.whl", "archive_info": {}},
            'pip install "realtime-nst[train] @ file:///tmp/realtime_nst-1-py3-none-any.whl"',
        ),
        (
            {"url": "file:///home/me/realtime-nst", "dir_info": {}},
            'pip install "realtime-nst[train] @ file:///home/me/realtime-nst"',
        ),
        (
            {"url": "https://example.org/nst.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            'pip install "realtime-nst[train] @ git+https://example.org/nst.git"',
        ),
    ],
    ids=["index", "wheel", "folder", "git"],
)
def test_install_command_of_an_installed_program(
    origin: dict[str, object] | None, wanted: str, tmp_path: Path
) -> None:
    """pip installs the package, and a folder that names its origin."""
    (tmp_path / "realtime_nst").mkdir()
    for name in ("__init__.py", "extras.py"):
        shutil.copy(PACKAGE / name, tmp_path / "realtime_nst" / name)
    about = tmp_path / "realtime_nst-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: realtime-nst\nVersion: 1\n")
    if origin:
        (about / "direct_url.json").write_text(json.dumps(origin))
    code = "from realtime_nst.extras import install_command; print(install_command('train'))"
    command = [sys.executable, "-c", code]
    shown = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env={"PYTHONPATH": ""}
    )
    assert shown.stdout.strip() == wanted


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, "pip install realtime-nst-vgg"),
        ({"url": "file:///tmp/realtime_nst-1-py3-none-any.whl", "archive_info": {}}, None),
        (
            {"url": "file:///home/me/realtime-nst", "dir_info": {}},
            'pip install "realtime-nst-vgg @ file:///home/me/realtime-nst/models/vgg16"',
        ),
        (
            {"url": "https://example.org/nst.zip", "archive_info": {}},
            'pip install "realtime-nst-vgg @ https://example.org/nst.zip#subdirectory=models/vgg16"',
        ),
        (
            {"url": "https://example.org/nst.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            'pip install "realtime-nst-vgg @ '
            'git+https://example.org/nst.git#subdirectory=models/vgg16"',
        ),
    ],
    ids=["index", "wheel", "folder", "archive", "git"],
)
def test_vgg_install_command(
    origin: dict[str, object] | None, wanted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "_direct_url", lambda: origin or {})
    assert extras.vgg_install_command() == (wanted or "pip install realtime-nst-vgg")


def test_missing_opencv_names_its_extras() -> None:
    missing = ModuleNotFoundError("No module named 'cv2'", name="cv2")
    message, hint = explain_import_error(missing)
    assert message == "OpenCV is not installed"
    assert "[window]" in hint
    assert "[headless]" in hint


def test_missing_system_library_names_its_package() -> None:
    message, hint = explain_import_error(ImportError("libGL.so.1: cannot open", name="cv2"))
    assert message.startswith("OpenCV cannot be loaded: libGL.so.1")
    assert "opencv-python-headless" in hint


def test_environments_get_one_opencv() -> None:
    """The two builds overwrite each other, so no extra has both, and the base has none."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert not [name for name in project["dependencies"] if "opencv" in name]
    for name in ("cpu", "gpu", "gpu-cuda12", "server", "server-gpu", "window", "headless"):
        found = [each for each in project["optional-dependencies"][name] if "opencv" in each]
        headless = name in ("server", "server-gpu", "headless")
        assert found == [f"opencv-python{'-headless' * headless}>=5"], name


def test_wheel_holds_all_models_but_not_vgg() -> None:
    root = PACKAGE.parent
    build = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    folders = {each.parent.name for each in (root / "models").glob("*/README.md")}
    shipped = {Path(name).name for name in build["targets"]["wheel"]["force-include"]}
    assert shipped == folders - {"vgg16"}
