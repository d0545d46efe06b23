"""Commands and links in the documents are valid."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from realtime_nst.cli.app import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def commands() -> list[tuple[str, list[str]]]:
    """Return document and arguments of each ``realtime-nst`` line in a fenced block."""
    found = []
    for document in DOCUMENTS:
        for block in FENCED.findall(document.read_text(encoding="utf-8")):
            joined = block.replace("\\\n", " ")
            lines = [line.removeprefix(".venv/bin/") for line in joined.splitlines()]
            lines = [line for line in lines if line.startswith("realtime-nst ")]
            found += [(document.name, shlex.split(line, comments=True)[1:]) for line in lines]
    return found


def test_documents_contain_commands() -> None:
    assert len(commands()) > 5


@pytest.mark.parametrize(("document", "arguments"), commands(), ids=lambda v: str(v)[:60])
def test_command_is_parsed(document: str, arguments: list[str]) -> None:
    """Only parse the command: the files it names do not exist here."""
    group = typer.main.get_command(app)
    with group.make_context("realtime-nst", list(arguments)) as context:
        name, command, rest = group.resolve_command(context, arguments)  # type: ignore[attr-defined]
        command.make_context(name, list(rest), parent=context)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_exist(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (document.parent / link).exists()
    ]
    assert missing == []
