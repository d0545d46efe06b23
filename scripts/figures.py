"""Store evaluation results in a model's card: ``python scripts/figures.py MODEL REPORT.json...``.

Reports come from ``realtime-nst evaluate quality --json``, ``evaluate stability --json`` and
``evaluate fidelity --json``.
Numbers go into the card inside ``models/MODEL/model.onnx`` and, as tables, between two marks of its
README.
"""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx

from realtime_nst.export.onnx import save
from realtime_nst.models.card import Card
from realtime_nst.models.registry import read_model

MODELS = Path(__file__).resolve().parent.parent / "models"
STABILITY = {
    "noise": "noise",
    "motion": "known motion (grey levels)",
    "clips": "clips",
    "truth": "measured flow",
    "style": "style distance",
}
"""Results of ``evaluate stability`` and their columns."""
GATE = "gate_"
"""Prefix of results of ``evaluate quality``."""
MARKS = re.compile(r"(<!-- figures -->\n).*?(<!-- end -->)", re.S)


def numbers_of(reports: list[dict[str, Any]]) -> dict[str, float]:
    """``fidelity_256:wave``, ``style_ratio_256:wave``, ``stability_clips:wave`` and the like."""
    numbers: dict[str, float] = {}
    for report in reports:
        if "gates" in report:
            gates, style = report["gates"].items(), report["style"]
            numbers |= {f"{GATE}{name}:{style}": round(gate["value"], 3) for name, gate in gates}
            continue
        if "figures" in report:
            figures, style = report["figures"].items(), report["style"]
            numbers |= {f"stability_{name}:{style}": value for name, value in figures}
            continue
        place = f"{report['size']}:{report['style']}"
        numbers[f"fidelity_{place}"] = float(report["equals"]["median"])
        before, after = report["photo"]["style"], report["network"]["style"]
        numbers[f"style_ratio_{place}"] = round(after / before, 4)
    return numbers


def tables(card: Card) -> str:
    """Return the fidelity and stability results of a report."""
    found = [lines for lines in (_gates(card), _stability(card), _fidelity(card)) if lines]
    return "\n\n".join("\n".join(lines) for lines in found) + "\n"


def _gates(card: Card) -> list[str]:
    """One line a style: its results at the quality gates."""
    keys = [key.removeprefix(GATE).split(":")[0] for key in card.numbers if key.startswith(GATE)]
    names = list(dict.fromkeys(keys))
    lines = [f"| style | {' | '.join(names)} |", "|---" * (1 + len(names)) + "|"]
    for style in card.styles:
        found = [card.numbers.get(f"{GATE}{name}:{style.name}") for name in names]
        cells = ["-" if value is None else f"{value:.3g}" for value in found]
        lines.append(f"| `{style.name}` | {' | '.join(cells)} |")
    return lines if names else []


def _fidelity(card: Card) -> list[str]:
    """One line a style: the iterations it equals and what is left of the style loss."""
    sizes = sorted({int(key[9:].split(":")[0]) for key in card.numbers if "fidelity_" in key})
    heads = [f"iterations at {size} px | style loss left" for size in sizes]
    lines = [f"| style | {' | '.join(heads)} |", "|---" * (1 + 2 * len(sizes)) + "|"]
    for style in card.styles:
        cells = [_cells(card.numbers, size, style.name) for size in sizes]
        lines.append(f"| `{style.name}` | {' | '.join(cells)} |")
    return lines if sizes else []


def _stability(card: Card) -> list[str]:
    """One line a style: each result with the stabilizer off and on."""
    lines = [f"| style | {' | '.join(STABILITY.values())} |", "|---" * (1 + len(STABILITY)) + "|"]
    for style in card.styles:
        pairs = [
            [card.numbers.get(f"stability_{name}{on}:{style.name}") for on in ("", "_stabilised")]
            for name in STABILITY
        ]
        cells = ["-" if None in pair else f"{pair[0]:.3g} -> {pair[1]:.3g}" for pair in pairs]
        lines.append(f"| `{style.name}` | {' | '.join(cells)} |")
    return lines if any("stability_" in key for key in card.numbers) else []


def _cells(numbers: dict[str, float], size: int, style: str) -> str:
    place = f"{size}:{style}"
    if f"fidelity_{place}" not in numbers:
        return "- | -"
    return f"{numbers[f'fidelity_{place}']:g} | {numbers[f'style_ratio_{place}']:.1%}"


def main(name: str, reports: list[Path]) -> None:
    """Merge the reports into the model's card and README."""
    folder = MODELS / name
    path = folder / "model.onnx"
    card = read_model(path).card
    found = [one for report in reports for one in json.loads(report.read_text())]
    own = [one for one in found if name in (one["model"], Path(one["model"]).parent.name)]
    card = replace(card, numbers={**card.numbers, **numbers_of(own)})
    save(onnx.load(path), card, path)
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(MARKS.sub(lambda m: m[1] + tables(card) + m[2], text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], [Path(path) for path in sys.argv[2:]])
