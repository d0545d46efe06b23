"""``doctor``: what is wrong with this machine, and what to type."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from realtime_nst.doctor import Finding

WIDTH = 20
"""Letters of what a finding is about."""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what is installed, what really runs and how fast, and how to cure what does not.

    A window opens for a moment, and cameras are switched on. The exit code is 1 only if nothing
    can be painted at all.
    """
    from realtime_nst.doctor import can_paint, examine
    from realtime_nst.machine import describe_machine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(_lines(finding))
    if as_json:
        told = {"machine": asdict(describe_machine()), "paints": can_paint(findings)}
        told["findings"] = [asdict(finding) for finding in findings]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    if not can_paint(findings):
        raise typer.Exit(1)


def _lines(finding: "Finding") -> str:
    line = f"{finding.level:6}{finding.about:{WIDTH}}  {finding.line}"
    return f"{line}\n{'':6}{'':{WIDTH}}  > {finding.hint}" if finding.hint else line
