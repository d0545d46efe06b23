"""Words of the command line as values: times, sizes, rates, styles."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import typer

from realtime_nst.sinks.video.codecs import CODECS, PIPES
from realtime_nst.sources.options import RawFormat, ReadOptions

PICTURES_PER_SECOND = Fraction(25)
"""Where nobody says how fast pictures follow one another."""
TIME = r"(?:\d+:){0,2}\d+(?:\.\d+)?"
"""Seconds, minutes and seconds, or hours, minutes and seconds."""


def reading(
    start: str | None, end: str | None, duration: str | None, on_error: str, fps: str | None
) -> ReadOptions:
    """What the command line says about reading."""
    if on_error not in ("stop", "skip"):
        raise typer.BadParameter(f"{on_error!r} is neither stop nor skip")
    begin, finish, length = (
        parse_seconds(start) or Fraction(0),
        parse_seconds(end),
        parse_seconds(duration),
    )
    if finish is not None and length is not None:
        raise typer.BadParameter("--end and --duration say the same; give one of them")
    finish = begin + length if length is not None else finish
    if finish is not None and finish <= begin:
        raise typer.BadParameter("the end must lie behind the start")
    pictures = parse_rate(fps) or PICTURES_PER_SECOND
    return ReadOptions(begin, finish, on_error == "skip", troubles(), report_note, pictures)


def parse_seconds(text: str | None) -> Fraction | None:
    """``90``, ``1:30`` or ``0:01:30.5``."""
    if text is None:
        return None
    if not re.fullmatch(TIME, text):
        raise typer.BadParameter(f"{text!r} is no time; e.g. 90, 1:30 or 0:01:30.5")
    return _sum(text)


def _sum(time: str) -> Fraction:
    total = Fraction(0)
    for part in time.split(":"):
        total = 60 * total + Fraction(part)
    return total


def parse_size(text: str | None) -> tuple[int, int] | None:
    """``1280x720``, ``1280x`` or ``x720``."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d*)x(\d*)", text)
    if not match or not any(match.groups()) or "0" in match.groups():
        raise typer.BadParameter(f"{text!r} is no size; e.g. 1280x720, 1280x or x720")
    return int(match[1] or 0), int(match[2] or 0)


def parse_rate(text: str | None) -> Fraction | None:
    """``25``, ``29.97`` or ``30000/1001``."""
    if text is None:
        return None
    if not re.fullmatch(r"\d+(\.\d+|/[1-9]\d*)?", text) or not Fraction(text):
        raise typer.BadParameter(f"{text!r} is no rate; e.g. 25, 29.97 or 30000/1001")
    value = Fraction(text)
    ntsc = Fraction(round(value) * 1000, 1001)  # 29.97 means 30000/1001
    rounded = "." in text and value > 10 and abs(value - ntsc) < Fraction(1, 200)
    return ntsc if rounded else value


def pipe(kind: str) -> str:
    """What goes through pipes."""
    if kind not in PIPES:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(PIPES)}", param_hint="--format")
    return kind


def raw(size: str | None, fps: str | None, pix_fmt: str | None) -> RawFormat:
    """What comes through a pipe that does not say so itself."""
    width, height = parse_size(size) or (0, 0)
    frames = parse_rate(fps)
    if not (width and height and frames):
        cure = "e.g. --size 1280x720 --fps 25 --pix-fmt yuv420p"
        raise typer.BadParameter(f"rawvideo does not say what it holds; {cure}")
    return RawFormat(width, height, frames, pix_fmt or CODECS["y4m"].pixels)


def parse_styles(texts: Sequence[str]) -> dict[Fraction, str]:
    """By the moment each begins: ``a``, ``b@5s``, ``b@1:30``, ``b@johnson@5s``."""
    found: dict[Fraction, str] = {}
    for text in texts:
        match = re.fullmatch(rf"(.+)@({TIME})s?", text)
        name, start = (match[1], _sum(match[2])) if match else (text, Fraction(0))
        if start in found:
            cure = f"e.g. --style {found[start]} --style {name}@5s"
            raise typer.BadParameter(f"{found[start]} and {name} begin at the same time; {cure}")
        found[start] = name
    return dict(sorted(found.items()))


def report_note(note: str) -> None:
    """Print what is only known on the way."""
    typer.echo(f"note: {note}", err=True)


def troubles(limit: int = 5) -> Callable[[str], None]:
    """Tell of what was skipped, but not of thousands of it."""
    count = 0

    def tell(trouble: str) -> None:
        nonlocal count
        count += 1
        if count <= limit:
            more = "; more will not be told" if count == limit else ""
            typer.echo(f"note: skipped: {trouble}{more}", err=True)

    return tell
