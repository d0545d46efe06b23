"""Find and open the styles of a live session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from realtime_nst.inference.options import InferenceOptions
from realtime_nst.inference.session import Session
from realtime_nst.live.adaptive_resolution import AdaptiveResolution, Size
from realtime_nst.live.mixer_pool import MixerPool, Paint, RenderConfig
from realtime_nst.live.stylizer import Mixers
from realtime_nst.models.registry import StyleChoice, find_style
from realtime_nst.stages import no_op
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.loading import open_choice
from realtime_nst.stylize.style_mixer import StyleMixer


def style_names(named: Sequence[str], mosaic: str | None) -> list[str]:
    """Return the named styles and those of a comma-separated mosaic, in this order."""
    return [*named, *(name.strip() for name in (mosaic or "").split(",") if name.strip())]


@dataclass(frozen=True, slots=True)
class LiveStyles:
    """Styles that were found, and can be opened for any size."""

    names: Sequence[str]
    choices: Sequence[StyleChoice]
    options: InferenceOptions

    @property
    def notes(self) -> list[str]:
        """Remarks on how the names were understood."""
        return [choice.note for choice in self.choices if choice.note]

    def sessions(self, size: Size) -> list[Session]:
        """Open one session for each style; a session of a single style is faster."""
        width, height = size
        options = self.options
        return [
            # Not spinning: between two frames, camera and window need the cores.
            open_choice(choice, options, size=(height, width), spin=False)
            for choice in self.choices
        ]

    def mixer(self, sessions: Sequence[Session]) -> StyleMixer:
        """Return one mixer of all styles."""
        weights = (choice.weight_array() for choice in self.choices)
        return StyleMixer(list(zip(sessions, weights, strict=True)))

    def mixer_for(self, config: RenderConfig) -> StyleMixer:
        """Open every style for a configuration, and run each once for every size."""
        sizes = sorted(config.sizes())
        mixer = self.mixer(self.sessions(sizes[0]))
        for size in sizes:
            mixer.warm(*size)
        return mixer


def find_styles(names: Sequence[str], options: InferenceOptions) -> LiveStyles:
    """Find every style.

    Raises:
        ModelError: there is no such style.
    """
    return LiveStyles(names, [find_style(name, options.tier) for name in names], options)


def timed(mixers: Mixers, stages: StageTimer) -> Mixers:
    """Return the same mixers, with the time spent in networks measured."""

    def mixer_for(config: RenderConfig) -> Paint | None:
        mixer = mixers(config)
        return stages.time_calls("network", mixer) if mixer else None

    return mixer_for


def open_first_mixer(
    pool: MixerPool,
    styles: LiveStyles,
    resolution: AdaptiveResolution,
    tiled: int,
    on_open: Callable[[Mapping[str, Session]], None] = no_op,
) -> str:
    """Open the first mixer, and choose a resolution that holds the frame rate.

    Args:
        pool: receives the mixer.
        styles: styles to open.
        resolution: is told how long a frame takes.
        tiled: number of tiles to begin with; 0 for a single image.
        on_open: called with the opened session of each style, by name.

    Returns:
        The devices that the styles run on, human-readable.

    Raises:
        NstError: a model cannot be opened.
    """
    sessions = styles.sessions(resolution.size)
    on_open(dict(zip(styles.names, sessions, strict=True)))
    mixer, full = styles.mixer(sessions), RenderConfig(resolution.size)
    resolution.begin(mixer.warm(*resolution.size))
    pool.add(full, mixer)
    first = RenderConfig(resolution.size, tiled)
    if first != full:
        pool.add(first, styles.mixer_for(first))
    return " and ".join(dict.fromkeys(str(session.runtime_info) for session in sessions))
