"""Open styles: find the model of a style name and load it on a device.

This is the one place where a style becomes a session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from realtime_nst.inference.engines import Size
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.inference.session import DEFAULT_SIZE, Session, open_session
from realtime_nst.models.registry import StyleChoice, find_style
from realtime_nst.stylize.stylizer import SessionStylizer
from realtime_nst.stylize.timeline import FADE, StyleCue, Timeline

DEFAULTS = InferenceOptions()


@dataclass(frozen=True, slots=True)
class LoadedStyle:
    """A style and the session that runs it."""

    name: str
    """The style as it was asked for."""
    choice: StyleChoice
    session: Session

    @property
    def stylizer(self) -> SessionStylizer:
        """Return a function from a frame to its stylized frame."""
        return SessionStylizer(self.session)


def open_style(
    style: str, options: InferenceOptions = DEFAULTS, *, size: Size | None = None, spin: bool = True
) -> LoadedStyle:
    """Find a style by name and load its model.

    Args:
        style: a style name, a blend or a path; see ``find_style``.
        options: tier, device, precision and threads.
        size: expected height and width of the frames; None if unknown. Other sizes work, but the
            first frame of each takes longer.
        spin: see ``open_session``.

    Raises:
        ModelError: the style does not exist.
        DeviceError: the device does not run.

    Example:
        >>> style = open_style("starry-night", InferenceOptions(device="cpu"))
        >>> stylized = style.stylizer(frame)
    """
    choice = find_style(style, options.tier)
    return LoadedStyle(style, choice, open_choice(choice, options, size=size, spin=spin))


def open_choice(
    choice: StyleChoice,
    options: InferenceOptions = DEFAULTS,
    *,
    size: Size | None = None,
    spin: bool = True,
    baked: bool = True,
) -> Session:
    """Load the model of a style that was found.

    Args:
        choice: the model and the weights of its styles.
        options: device, precision and threads; the tier was used to find the model.
        size: expected height and width of the frames; None if unknown.
        spin: see ``open_session``.
        baked: bake the weights into the graph, which is faster; False leaves them to each call of
            ``Session.run``, so that one session runs all styles of the model.

    Raises:
        DeviceError: the device or precision does not run.
        ModelError: the model has no such precision.
    """
    return open_session(
        choice.model.path,
        options.device,
        threads=options.threads,
        spin=spin,
        precision=options.precision,
        weights=choice.weights if baked else None,
        strength=choice.strength,
        size=size or DEFAULT_SIZE,
    )


def open_timeline(
    styles: Mapping[Fraction, str],
    fade: Fraction | None = None,
    options: InferenceOptions = DEFAULTS,
    size: Size | None = None,
) -> tuple[Timeline, dict[str, LoadedStyle]]:
    """Load the styles of a video, each in its own session.

    Args:
        styles: style names by the second from which each is used.
        fade: seconds from one style to the next; None uses ``FADE``.
        options: tier, device, precision and threads.
        size: expected height and width of the frames; None if unknown.

    Returns:
        The timeline, and each style by a human-readable label.

    Raises:
        ModelError: a style does not exist.
        DeviceError: the device does not run.
    """
    cues, loaded_styles = [], {}
    for start, name in styles.items():
        loaded = open_style(name, options, size=size)
        label = f"{name} from {float(start):g} s" if start else name
        loaded_styles[label] = loaded
        cues.append(StyleCue(start, loaded.session, loaded.choice.weight_array()))
    return Timeline(cues, FADE if fade is None else fade), loaded_styles
