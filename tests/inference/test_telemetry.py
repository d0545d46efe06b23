"""No process of this program sends telemetry to the vendors of its engines."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""Variables a child process needs. Others may disable telemetry, as those of CI services do."""
OWN = "realtime-nst"
"""Name of the only folder below a home directory that a run may leave files in."""
RUNS = {
    "image": (
        "import sys\n"
        "from realtime_nst.cli.app import main\n"
        "sys.argv = ['realtime-nst', 'image', 'photo.jpg', 'out.png', '-s', '{model}']\n"
        "main()\n"
    ),
    "doctor": (
        "from functools import partial\n"
        "from realtime_nst.doctor.isolation import run_isolated\n"
        "from realtime_nst.doctor.probes import load_library\n"
        "if __name__ == '__main__':\n"
        "    assert run_isolated(partial(load_library, 'onnxruntime')).result\n"
    ),
    "session": (
        "from realtime_nst.inference.session import open_session\nopen_session(r'{model}', 'cpu')\n"
    ),
}


@pytest.mark.parametrize("run", RUNS)
def test_run_leaves_only_own_cache_in_home(run: str, tmp_path: Path) -> None:
    model = ROOT / "models" / "gallery-fast" / "int8" / "udnie.onnx"
    shutil.copy(ROOT / "models" / "gallery-fast" / "sample.jpg", tmp_path / "photo.jpg")
    script, home = tmp_path / "run.py", tmp_path / "home"
    script.write_text(RUNS[run].format(model=model))
    home.mkdir()
    environment = {key: os.environ[key] for key in KEPT if key in os.environ}
    paths = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
    environment |= {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": paths}
    command = [sys.executable, str(script)]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True)
    files = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    assert [path for path in files if OWN not in path.parts] == []
