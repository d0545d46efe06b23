"""The command ``info``: what a file is, and the settings it was stylized with."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.messages import fail
from realtime_nst.cli.options import Json
from realtime_nst.errors import NstError

if TYPE_CHECKING:
    from realtime_nst.convert.file_info import FileInfo


def info(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", parser=path_of, help="Images, videos or .onnx models."),
    ],
    as_json: Json = False,
) -> None:
    """Print what a file is, and the settings that realtime-nst made it with."""
    from realtime_nst.convert.file_info import file_info

    rows, failed = [], 0
    for path in files:
        try:
            found = file_info(path)
        except NstError as error:
            if len(files) == 1:
                raise
            failed += 1
            fail(str(error), error.hint)
            continue
        rows.append({"file": str(path), **asdict(found)})
        if not as_json:
            typer.echo("\n".join(describe(path, found)))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    if failed:
        raise typer.Exit(1)


def describe(path: Path, found: "FileInfo") -> list[str]:
    """Return the lines to print about a file."""
    lines = [f"{path}: {', '.join(_facts(found))}"]
    if found.metadata:
        lines.append(f"  contains {', '.join(found.metadata)}")
    if found.styles:
        lines.append(f"  styles: {', '.join(found.styles)}")
    if found.kind != "model":
        lines.append(f"  {_origin(found)}")
    return lines


def _facts(found: "FileInfo") -> list[str]:
    seconds = f"{found.seconds:.1f} s" if found.seconds else ""
    facts = [
        found.format if found.kind == "model" else f"{found.format} {found.kind}",
        f"{found.width}x{found.height}" if found.width else "",
        f"{found.fps:.5g} fps" if found.fps else "",
        f"{found.frames} frames" if found.frames > 1 else "",
        seconds,
        " ".join((found.codec, found.pixels)).strip(),
        f"audio: {', '.join(found.audio)}" if found.audio else "",
        f"{found.size / 1e6:.1f} MB" if found.size >= 1e5 else f"{found.size / 1e3:.1f} kB",
    ]
    return [fact for fact in facts if fact]


def _origin(found: "FileInfo") -> str:
    settings = dict(found.settings)
    if not settings:
        return "not made by realtime-nst, or without its settings"
    if "model" in settings and found.models:
        settings["model"] += f" ({', '.join(found.models)})"
    version = settings.pop("realtime-nst", "")
    names = ", ".join(f"{name} {value}" for name, value in settings.items())
    return f"made by realtime-nst {version}: {names}".replace("  ", " ")
