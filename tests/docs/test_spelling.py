"""The documents use American spelling."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BRITISH = re.compile(
    r"\w*(?:colour|artefact|neighbour|licence|(?:stabil|optim|normal|equal|quant|recogn)is[ei])\w*",
    re.IGNORECASE,
)
CODE = re.compile(r"`[^`\n]+`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_spelling_is_american(document: Path) -> None:
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    assert BRITISH.findall(text) == []


def test_british_spelling_is_found() -> None:
    assert BRITISH.findall("The colours are stabilised, then stabilized.") == [
        "colours",
        "stabilised",
    ]
