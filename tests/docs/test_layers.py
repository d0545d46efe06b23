"""The diagram in docs/architecture.md shows the imports of the packages."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_imports import LAYERS


@pytest.fixture(scope="module")
def layers() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts" / "layers.py"
    spec = importlib.util.spec_from_file_location("layers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_diagram_is_current(layers: ModuleType) -> None:
    assert layers.main(["--check"]) == 0, "run python scripts/layers.py"


def test_diagram_is_replaced_between_its_marks(layers: ModuleType) -> None:
    page = f"Before.\n{layers.BEGIN}old\n{layers.END}After."
    assert layers.with_diagram(page, "new\n") == f"Before.\n{layers.BEGIN}new\n{layers.END}After."


def test_every_drawn_package_has_a_layer(layers: ModuleType) -> None:
    graph = layers.import_graph()
    assert {"cli", "pipeline", "sources", "stylize", "sinks", "models"} <= graph.keys()
    assert {*graph, *set().union(*graph.values())} <= LAYERS.keys()


def test_implied_imports_are_left_out(layers: ModuleType) -> None:
    graph = {"top": {"middle", "bottom"}, "middle": {"bottom"}, "bottom": set()}
    assert layers.direct("top", graph) == {"middle"}
    assert layers.direct("middle", graph) == {"bottom"}
