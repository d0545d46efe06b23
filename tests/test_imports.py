"""Who may import whom, and what must stay light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import realtime_nst

PACKAGE = Path(realtime_nst.__file__).parent
LAYERS = {
    "cli": 5,
    "__main__": 6,
    "bench": 4,
    "doctor": 4,
    "evaluate": 4,
    "train": 4,
    "jobs": 4,
    "photo_jobs": 4,
    "shape": 4,
    "pipeline": 3,
    "sources": 2,
    "sinks": 2,
    "stylize": 2,
    "files": 1,
    "timing": 1,
    "machine": 1,
    "photo": 1,
    "memory": 1,
    "flow": 1,
    "meter": 1,
    "settings": 1,
    "frame": 0,
    "errors": 0,
    "hints": 0,
    "libraries": 0,
    "pyav": 0,
    "continuity": 0,
    "__init__": 0,
}
"""A module imports only from its own part of the package, or from a lower layer."""
FILES = sorted(PACKAGE.rglob("*.py"))
RUNTIME = [file for file in FILES if "train" not in file.relative_to(PACKAGE).parts]


def name_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def part_of(module: str) -> str:
    """``realtime_nst.sinks.video.sink`` belongs to ``sinks``."""
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] in LAYERS else "__init__"


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_imports_point_downwards(file: Path) -> None:
    own = part_of(name_of(file))
    for module in imported(file):
        other = part_of(module)
        if module.split(".")[0] == "realtime_nst" and other != own:
            assert LAYERS[other] < LAYERS[own], f"{own} must not import {module}"


def test_the_runtime_needs_no_torch() -> None:
    names = [name_of(file) for file in RUNTIME if file.stem != "__main__"]
    code = (
        f"import importlib, sys\nfor name in {names}:\n"
        "    importlib.import_module(name)\n"
        "    assert 'torch' not in sys.modules, name\n"
        "    assert 'onnxruntime' not in sys.modules, name\n"
        "    assert 'openvino' not in sys.modules, name"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
