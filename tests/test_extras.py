"""The installation command of an extra depends on where the program was installed from."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_nst.extras import install_command

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
