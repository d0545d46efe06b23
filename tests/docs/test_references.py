"""Files and names that the documents mention exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "realtime_nst"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "models").glob("*/README.md")),
]
CODE_FILE = re.compile(r"(?<![\w/.{-])[\w/]+\.py\b")
CODE_FOLDER = re.compile(r"`([a-z_]+/(?:[a-z_]+/)*)`")
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PLACEHOLDER = "NAME"
"""Stands for a name that the reader chooses, as in ``sources/NAME.py``."""


def exists(name: str) -> bool:
    return (ROOT / name).exists() or (PACKAGE / name).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_files_exist(document: Path) -> None:
    names = set(CODE_FILE.findall(document.read_text(encoding="utf-8")))
    assert [name for name in sorted(names) if PLACEHOLDER not in name and not exists(name)] == []


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_code_folders_exist(name: str) -> None:
    folders = set(CODE_FOLDER.findall((ROOT / name).read_text(encoding="utf-8")))
    assert len(folders) >= 5
    assert [folder for folder in sorted(folders) if not exists(folder)] == []


def test_names_are_found() -> None:
    assert CODE_FILE.findall("`nn/vgg.py`, python scripts/check.py.") == [
        "nn/vgg.py",
        "scripts/check.py",
    ]
    assert not exists("nn/no_such_file.py")


def example_imports() -> list[tuple[str, str, str]]:
    """Return document, module and name of each import in the Python examples."""
    found = []
    for document in DOCUMENTS:
        for block in PYTHON_BLOCK.findall(document.read_text(encoding="utf-8")):
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.ImportFrom) and node.module:
                    found += [(document.name, node.module, alias.name) for alias in node.names]
    return [each for each in found if each[1].startswith("realtime_nst.")]


@pytest.mark.parametrize(("document", "module", "name"), example_imports())
def test_example_imports_exist(document: str, module: str, name: str) -> None:
    """Read from the source, since some examples need packages that are not installed."""
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    source = file.read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\b", source), f"{module} has no {name}"
