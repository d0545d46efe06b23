"""Settings of a live session: one immutable snapshot, replaced as a whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from realtime_nst.stylize.controls import MAX_STROKE_SIZE, StyleControls


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Settings that are read once per frame: a change applies from the next frame on."""

    style: int = 0
    """Position of the style in the list of open ones."""
    morph: float = 0.0
    """Share of the next style in a blend with this one, from 0 to less than 1."""
    strength: float = 1.0
    """Strength of the stylization: 0 is exactly the camera's frame, 1 the stylized one."""
    keep_colors: bool = False
    """Whether only the luminance is stylized."""
    palette: float = 1.0
    """Share of the style's colors under its strokes, from 0 to 1; the rest are the camera's."""
    stroke_size: float = 1.0
    """Size of the strokes, from 1 to ``MAX_STROKE_SIZE``."""
    stabilize: float = 0.0
    """Strength of the temporal stabilizer, from 0 (off) to 1."""
    mask: str | None = None
    """Area to stylize, a name of ``masked.AREAS``; None for all of a frame."""
    tiled: bool = False
    """Whether all styles are shown at the same time, each in a tile."""
    side_by_side: bool = False
    """Whether the camera's frame is shown to the left of the stylized one."""
    mirror: bool = False
    """Whether the window is mirrored; nothing else is."""
    flip: bool = False
    """Whether the camera's frames are flipped horizontally, for every output."""
    crop: bool = False
    """Whether frames are cropped to the shape of the window, instead of black bars."""
    frozen: bool = False
    """Whether the last frame is kept."""
    recording: bool = False
    """Whether a file is recorded besides those named as outputs."""
    fullscreen: bool = False
    """Whether the window fills the screen."""
    hud: bool = True
    """Whether statistics are shown."""
    help: bool = False
    """Whether the list of keys is shown."""
    show: float = 0.0
    """Seconds after which another style is taken; 0 keeps it."""
    show_random: bool = False
    """Whether the styles of a show are taken in random order, not in turn."""
    snapshots: int = 0
    """Number of snapshots that were requested."""

    @property
    def style_controls(self) -> StyleControls:
        """How the style is applied."""
        return StyleControls(self.strength, self.keep_colors, self.palette, self.stroke_size)


class LiveControls:
    """The present settings, which may be changed and read on any thread.

    Args:
        settings: settings to begin with.
        styles: number of open styles.
    """

    def __init__(self, settings: LiveSettings, styles: int) -> None:
        self._styles, self._lock = styles, Lock()
        self.settings = self._in_range(settings)
        self.stopped = False

    def change(self, change: Callable[[LiveSettings], LiveSettings]) -> None:
        """Replace the snapshot by a changed one; values out of range are clamped."""
        with self._lock:
            self.settings = self._in_range(change(self.settings))

    def stop(self) -> None:
        """Stop the session after the present frame."""
        self.stopped = True

    def _in_range(self, wanted: LiveSettings) -> LiveSettings:
        """Clamp values; positions of styles wrap around."""
        steps, morph = divmod(round(wanted.morph, 2), 1) if self._styles > 1 else (0, 0.0)
        style = (wanted.style + int(steps)) % self._styles
        return replace(
            wanted,
            style=style,
            morph=round(morph, 2),
            strength=_clamped(wanted.strength, 0, 1),
            palette=_clamped(wanted.palette, 0, 1),
            stroke_size=_clamped(wanted.stroke_size, 1, MAX_STROKE_SIZE),
        )


def _clamped(value: float, low: float, high: float) -> float:
    return min(float(high), max(float(low), round(value, 2)))
