"""What can be changed while frames flow: one immutable snapshot, swapped whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Read once a frame, so that a change counts from the next frame on."""

    style: int = 0
    """Position in the list of styles that were opened."""
    morph: float = 0.0
    """How far on the way from this style to the next one, from 0 to less than 1."""
    strength: float = 1.0
    """0 is the camera's picture exactly, 1 the painting."""
    keep_colours: bool = False
    """Whether only light and dark are painted."""
    stabilise: float = 0.0
    """How much flicker is calmed, from 0, not at all, to 1."""
    tiled: bool = False
    """Whether every style is shown at once, each in a tile."""
    side_by_side: bool = False
    """Whether the camera's picture stands to the left of the painting."""
    mirror: bool = True
    frozen: bool = False
    """Whether the picture stands still."""
    recording: bool = False
    """Whether a file is written that was not asked for on the command line."""
    fullscreen: bool = False
    hud: bool = True
    """Whether numbers are shown."""
    help: bool = False
    """Whether the keys are shown."""


class LiveControls:
    """Where keys meet frames: ``change`` is called on one thread, ``settings`` is read on any."""

    def __init__(self, settings: LiveSettings, styles: int) -> None:
        self._styles = styles
        self.settings = self._in_range(settings)
        self.stopped = False

    def change(self, change: Callable[[LiveSettings], LiveSettings]) -> None:
        """Swap the snapshot for a changed one; numbers out of range are brought back."""
        self.settings = self._in_range(change(self.settings))

    def stop(self) -> None:
        """End the run after the present frame."""
        self.stopped = True

    def _in_range(self, wanted: LiveSettings) -> LiveSettings:
        """Styles stand in a ring: behind the last one the first one comes."""
        steps, morph = divmod(round(wanted.morph, 2), 1) if self._styles > 1 else (0, 0.0)
        style = (wanted.style + int(steps)) % self._styles
        strength = min(1.0, max(0.0, round(wanted.strength, 2)))
        return replace(wanted, style=style, morph=round(morph, 2), strength=strength)
