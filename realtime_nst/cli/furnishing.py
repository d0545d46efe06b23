"""Open what a live picture is painted with."""

from collections.abc import Sequence
from dataclasses import dataclass

import typer

from realtime_nst.cli.painting import Engine
from realtime_nst.meter import Stopwatch
from realtime_nst.stylize.live import Palettes
from realtime_nst.stylize.models import Choice, find_style
from realtime_nst.stylize.palette import Palette
from realtime_nst.stylize.resolution import Resolution, Size
from realtime_nst.stylize.session import Session, open_session
from realtime_nst.stylize.studio import Paint, Studio, Work


def names(named: Sequence[str], mosaic: str | None) -> list[str]:
    """All that were named, in their order."""
    every = [*named, *(name.strip() for name in (mosaic or "").split(",") if name.strip())]
    if not every:
        raise typer.BadParameter(
            "name one, for example starry-night; `realtime-nst styles` lists them",
            param_hint="--style",
        )
    return every


@dataclass(frozen=True, slots=True)
class Styles:
    """What was named, found, and can be opened for any size."""

    names: Sequence[str]
    choices: Sequence[Choice]
    engine: Engine

    def sessions(self, size: Size) -> list[Session]:
        """One for each style, which is faster for it."""
        width, height = size
        engine = self.engine
        return [
            open_session(
                choice.model.path,
                engine.device,
                threads=engine.threads,
                spin=False,  # between two frames, camera and window need the cores
                precision=engine.precision,
                weights=choice.weights,
                size=(height, width),
            )
            for choice in self.choices
        ]

    def palette(self, sessions: Sequence[Session]) -> Palette:
        """All styles as one thing that paints."""
        weights = (choice.as_input() for choice in self.choices)
        return Palette(list(zip(sessions, weights, strict=True)))

    def palette_for(self, work: Work) -> Palette:
        """Open and warm everything for a work."""
        sizes = sorted(work.sizes())
        palette = self.palette(self.sessions(sizes[0]))
        for size in sizes:
            palette.warm(*size)
        return palette


def find_styles(names: Sequence[str], engine: Engine) -> Styles:
    """Find every style.

    Raises:
        ModelError: there is no such style.
    """
    choices = [find_style(name, engine.tier) for name in names]
    for choice in choices:
        if choice.note:
            typer.echo(f"note: {choice.note}", err=True)
    return Styles(names, choices, engine)


def timed(palettes: Palettes, stages: Stopwatch) -> Palettes:
    """The same, with the time that networks take."""

    def prepared(work: Work) -> Paint | None:
        paint = palettes(work)
        return stages.calls("network", paint) if paint else None

    return prepared


def furnish(studio: Studio, styles: Styles, resolution: Resolution, tiled: int) -> str:
    """Have the first palette ready, at a size that keeps up; what it runs on, for people."""
    sessions = styles.sessions(resolution.size)
    for name, session in zip(styles.names, sessions, strict=True):
        typer.echo(f"{name} ({session.card.name}) on {session.why}", err=True)
    palette, full = styles.palette(sessions), Work(resolution.size)
    resolution.begin(palette.warm(*resolution.size))
    studio.keep(full, palette)
    first = Work(resolution.size, tiled)
    if first != full:
        studio.keep(first, styles.palette_for(first))
    return " and ".join(dict.fromkeys(str(session.ran) for session in sessions))
