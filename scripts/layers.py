"""Draw the packages of realtime_nst and their imports: ``python scripts/layers.py``.

Writes a Mermaid diagram between its marks in docs/architecture.md; with ``--check`` it only
compares, and the exit code is 1 if the diagram is not current.
"""

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "realtime_nst"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- layers -->\n", "<!-- end of layers -->\n"
MODULES = frozenset(("api", "pipeline"))
"""Top-level modules to draw; nearly everything imports the others, which would hide the rest."""

Graph = dict[str, set[str]]
"""For each package, the packages it imports."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare the diagram, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args(arguments)
    page = PAGE.read_text(encoding="utf-8")
    current = with_diagram(page, diagram())
    if options.check:
        return int(current != page)
    PAGE.write_text(current, encoding="utf-8")
    return 0


def with_diagram(page: str, drawing: str) -> str:
    """Return the page with the given diagram between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{drawing}{END}{after}"


def diagram() -> str:
    """Return Mermaid source: a box per package, an arrow per import not implied by others."""
    graph = import_graph()
    arrows = [f"    {a} --> {b}" for a in sorted(graph) for b in sorted(direct(a, graph))]
    return "\n".join(("```mermaid", "flowchart TD", *arrows, "```", ""))


def direct(name: str, graph: Graph) -> set[str]:
    """Return the imports of a package that no other import of it leads to."""
    implied = {far for near in graph[name] for far in reachable(near, graph) if far != near}
    return graph[name] - implied


def reachable(name: str, graph: Graph) -> set[str]:
    """Return all packages that a package imports, directly or not, and the package itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (here := waiting.pop()) not in found:
            found.add(here)
            waiting.extend(graph.get(here, ()))
    return found


def import_graph() -> Graph:
    """Return the imports between the packages that are drawn."""
    graph: Graph = defaultdict(set)
    for file in sorted(PACKAGE.rglob("*.py")):
        own = file.relative_to(PACKAGE).with_suffix("").parts[0]
        if is_drawn(own):
            graph[own] |= {part for part in imported(file) if part != own and is_drawn(part)}
    return graph


def is_drawn(part: str) -> bool:
    """Return whether a part of realtime_nst is a box in the diagram."""
    return part in MODULES or (PACKAGE / part).is_dir()


def imported(file: Path) -> Iterator[str]:
    """Yield the parts of realtime_nst that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module="realtime_nst", names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module)) if module.startswith("realtime_nst."):
                yield module.split(".")[1]


if __name__ == "__main__":
    sys.exit(main())
