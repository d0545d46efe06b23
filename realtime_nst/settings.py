"""What can be changed while frames flow: one immutable snapshot, swapped whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Settings:
    """Read once a frame, so that a change counts from the next frame on."""

    style: int = 0
    """Position in the list of styles that were opened."""
    strength: float = 1.0
    """0 is the camera's picture exactly, 1 the painting."""
    mirror: bool = True
    frozen: bool = False
    """Whether the picture stands still."""
    hud: bool = True
    """Whether numbers are shown."""


class Controls:
    """Where keys meet frames: ``change`` is called on one thread, ``settings`` is read on any."""

    def __init__(self, settings: Settings, styles: int) -> None:
        self.settings = settings
        self.stopped = False
        self._styles = styles

    def change(self, change: Callable[[Settings], Settings]) -> None:
        """Swap the snapshot for a changed one; numbers out of range are brought back."""
        wanted = change(self.settings)
        strength = min(1.0, max(0.0, round(wanted.strength, 2)))
        self.settings = replace(wanted, style=wanted.style % self._styles, strength=strength)

    def stop(self) -> None:
        """End the run after the present frame."""
        self.stopped = True

    def is_stopped(self) -> bool:
        """For ``pipeline.run``."""
        return self.stopped
