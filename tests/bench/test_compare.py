"""Compare two checkouts as real processes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPARE = ROOT / "benchmarks" / "compare.py"


def compare(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(COMPARE), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_compare_prints_a_ratio_of_each_part(models: Path) -> None:
    options = ["--size", "64x48", "--rounds", "1", "--style", "invert"]
    done = compare(".", str(ROOT), *options)
    assert done.returncode == 0, done.stderr
    _head, _line, *rows = done.stdout.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [each[:2] for each in cells] == [
        [part, "64x48.mp4"] for part in ("network", "stabilizer", "pipeline")
    ]
    for _part, _clip, *ratios in cells:
        assert len(ratios) == 2
        assert all(float(each.split(" ")[0]) > 0 for each in ratios)


@pytest.mark.parametrize("name", ["no-such-commit", "no/such/folder"])
def test_compare_names_what_it_cannot_find(name: str) -> None:
    done = compare(name, ".")
    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot compare {name}: neither a folder nor a commit of ")
