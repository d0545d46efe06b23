"""The command ``doctor``: check the installation."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli.options import Json

if TYPE_CHECKING:
    from realtime_nst.doctor import Finding

SUBJECT_WIDTH = 20
"""Width in characters of the column with the subject of a finding: the longest one fits."""


def doctor(as_json: Json = False) -> None:
    """Check the installation: packages, devices and their speed, with a fix for every problem.

    A window opens for a moment, and cameras are switched on. The exit code is 1 only if no image
    can be stylized at all.
    """
    from realtime_nst.doctor import can_paint, examine
    from realtime_nst.machine import describe_machine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(_lines(finding))
    if as_json:
        report = {"machine": asdict(describe_machine()), "paints": can_paint(findings)}
        report["findings"] = [asdict(finding) for finding in findings]
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    if not can_paint(findings):
        raise typer.Exit(1)


def _lines(finding: "Finding") -> str:
    line = f"{finding.level:6}{finding.about:{SUBJECT_WIDTH}}  {finding.line}"
    return f"{line}\n{'':6}{'':{SUBJECT_WIDTH}}  > {finding.hint}" if finding.hint else line
