"""Open what a live picture is painted with."""

from collections.abc import Sequence
from dataclasses import dataclass

import typer

from realtime_nst.cli.painting import Engine, announce
from realtime_nst.inference.session import Session, open_session
from realtime_nst.live.adaptive_resolution import AdaptiveResolution, Size
from realtime_nst.live.mixer_pool import MixerPool, Paint, RenderConfig
from realtime_nst.live.stylizer import Palettes
from realtime_nst.models.registry import StyleChoice, find_style
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.style_mixer import StyleMixer


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
class LiveStyles:
    """What was named, found, and can be opened for any size."""

    names: Sequence[str]
    choices: Sequence[StyleChoice]
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
                strength=choice.strength,
                size=(height, width),
            )
            for choice in self.choices
        ]

    def palette(self, sessions: Sequence[Session]) -> StyleMixer:
        """All styles as one thing that paints."""
        weights = (choice.weight_array() for choice in self.choices)
        return StyleMixer(list(zip(sessions, weights, strict=True)))

    def palette_for(self, work: RenderConfig) -> StyleMixer:
        """Open and warm everything for a work."""
        sizes = sorted(work.sizes())
        palette = self.palette(self.sessions(sizes[0]))
        for size in sizes:
            palette.warm(*size)
        return palette


def find_styles(names: Sequence[str], engine: Engine) -> LiveStyles:
    """Find every style.

    Raises:
        ModelError: there is no such style.
    """
    choices = [find_style(name, engine.tier) for name in names]
    for choice in choices:
        if choice.note:
            typer.echo(f"note: {choice.note}", err=True)
    return LiveStyles(names, choices, engine)


def timed(palettes: Palettes, stages: StageTimer) -> Palettes:
    """The same, with the time that networks take."""

    def prepared(work: RenderConfig) -> Paint | None:
        paint = palettes(work)
        return stages.time_calls("network", paint) if paint else None

    return prepared


def open_first_mixer(
    studio: MixerPool, styles: LiveStyles, resolution: AdaptiveResolution, tiled: int
) -> str:
    """Have the first palette ready, at a size that keeps up; what it runs on, for people."""
    sessions = styles.sessions(resolution.size)
    announce(dict(zip(styles.names, sessions, strict=True)), verbose=styles.engine.verbose)
    palette, full = styles.palette(sessions), RenderConfig(resolution.size)
    resolution.begin(palette.warm(*resolution.size))
    studio.add(full, palette)
    first = RenderConfig(resolution.size, tiled)
    if first != full:
        studio.add(first, styles.palette_for(first))
    return " and ".join(dict.fromkeys(str(session.runtime_info) for session in sessions))
