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
    "__main__": 12,
    "cli": 11,
    "api": 10,
    "convert": 9,
    "live": 9,
    "export": 9,
    "evaluate": 9,
    "bench": 9,
    "train": 8,
    "doctor": 8,
    "pipeline": 8,
    "sources": 7,
    "sinks": 7,
    "stylize": 7,
    "gatys": 7,
    "inference": 6,
    "nn": 6,
    "people": 6,
    "models": 5,
    "image_io": 4,
    "files": 3,
    "cache_folder": 4,
    "stats": 3,
    "rising_clock": 3,
    "timing": 2,
    "plotting": 2,
    "paths": 2,
    "machine": 2,
    "memory": 2,
    "stages": 2,
    "provenance": 2,
    "image_metrics": 2,
    "image_ops": 2,
    "palette": 2,
    "field_checks": 2,
    "frame": 1,
    "extras": 1,
    "http_server": 1,
    "errors": 0,
    "hints": 0,
    "pyav": 0,
    "urls": 0,
    "closing": 0,
    "__init__": 0,
}
"""A module imports only from its own part of the package, or from a lower layer."""
FILES = sorted(PACKAGE.rglob("*.py"))
TORCH = {"nn", "gatys", "train", "export"}
"""Packages that need torch; of ``evaluate``, so do two modules."""
RUNTIME = [
    file
    for file in FILES
    if not TORCH.intersection(file.relative_to(PACKAGE).parts)
    and file.stem not in ("fidelity", "style_distance")
]


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
