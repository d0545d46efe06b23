"""Find the styles of a live session, and open the first of each network."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.inference.engines import Size
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.inference.session import DEFAULT_SIZE, Session
from realtime_nst.live.lazy_session import LazySession
from realtime_nst.live.model_pool import Paint
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.stylizer import Mixers
from realtime_nst.models.default_style import DEFAULT_STYLE
from realtime_nst.models.precisions import FP16, INT8
from realtime_nst.models.registry import StyleChoice, find_style, read_model
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.loading import open_choice
from realtime_nst.stylize.style_mixer import StyleMixer


def style_names(named: Sequence[str], mosaic: str | None) -> list[str]:
    """Return the named styles and those of a comma-separated mosaic, in this order."""
    return [*named, *(name.strip() for name in (mosaic or "").split(",") if name.strip())]


@dataclass(frozen=True, slots=True)
class LiveStyles:
    """Styles that were found, by their positions."""

    names: Sequence[str]
    choices: Sequence[StyleChoice]

    @property
    def notes(self) -> list[str]:
        """Remarks on how the names were understood."""
        return [choice.note for choice in self.choices if choice.note]


def find_styles(names: Sequence[str], options: InferenceOptions) -> LiveStyles:
    """Find every style; if at most one is named, all others of its network follow it.

    Raises:
        ModelError: there is no such style.
    """
    named = list(names) or [DEFAULT_STYLE]
    choices = [find_style(name, options.tier) for name in named]
    if len(named) > 1:
        return LiveStyles(named, choices)
    others = other_styles(choices[0])
    return LiveStyles([*named, *others], [*choices, *others.values()])


def other_styles(choice: StyleChoice) -> dict[str, StyleChoice]:
    """Return every style of a choice's model but the chosen one, by name."""
    count = len(choice.model.styles)
    alone = {
        name: tuple(float(each == position) for each in range(count))
        for position, name in enumerate(choice.model.styles)
    }
    return {
        name: StyleChoice(choice.model, weights)
        for name, weights in alone.items()
        if weights != choice.weights
    }


@dataclass(frozen=True, slots=True)
class OpenStyles:
    """Styles whose networks were chosen an engine; each is opened when it is prepared."""

    sessions: Mapping[str, Session]
    """Opened session of the first style of each network, by the style's name."""
    models: Sequence[LazySession]
    """Model of each style; styles that share a session share the object."""
    by_file: Mapping[Path, Sequence[LazySession]]
    """The same models by the file of each, each model once."""
    mixer: StyleMixer
    """Mixer of all styles."""
    seconds: float
    """Time of a frame of ``DEFAULT_SIZE`` in the slowest of the opened styles."""

    def seconds_at(self, width: int, height: int) -> float:
        """Return the likely time of a frame, in proportion to its pixels."""
        return self.seconds * width * height / (DEFAULT_SIZE[0] * DEFAULT_SIZE[1])

    @property
    def runs_on(self) -> str:
        """Devices that the styles run on, human-readable."""
        infos = (str(session.runtime_info) for session in self.sessions.values())
        return " and ".join(dict.fromkeys(infos))


def timed(mixers: Mixers, stages: StageTimer) -> Mixers:
    """Return the same mixers, with the time spent in networks measured."""

    def mixer_for(config: RenderConfig) -> Paint | None:
        mixer = mixers(config)
        return stages.time_calls("network", mixer) if mixer else None

    return mixer_for


def open_styles(styles: LiveStyles, options: InferenceOptions) -> OpenStyles:
    """Open the first style of each network, which chooses the engine of the others.

    Args:
        styles: styles to open.
        options: device, precision and threads.

    Raises:
        NstError: a model cannot be opened.
    """
    alike = Counter(map(_kind, styles.choices))
    networks: dict[_Kind, _Network] = {}
    opened: dict[int, Session] = {}
    for position, choice in enumerate(styles.choices):
        kind = _kind(choice)
        if kind not in networks:
            networks[kind] = _open_network(choice, options, several=alike[kind] > 1)
            opened[position] = networks[kind].first
    models = [networks[_kind(choice)].model(choice) for choice in styles.choices]
    weights = (choice.weight_array() for choice in styles.choices)
    mixer = StyleMixer(list(zip(models, weights, strict=True)))
    height, width = DEFAULT_SIZE
    seconds = max(mixer.seconds_per_frame(position, width, height) for position in opened)
    sessions = {styles.names[position]: session for position, session in opened.items()}
    return OpenStyles(sessions, models, _by_file(styles, models), mixer, seconds)


def _by_file(styles: LiveStyles, models: Sequence[LazySession]) -> dict[Path, list[LazySession]]:
    files: dict[Path, list[LazySession]] = {}
    for choice, model in zip(styles.choices, models, strict=True):
        known = files.setdefault(choice.model.path, [])
        if model not in known:
            known.append(model)
    return files


_Kind = tuple[Path, bool]


def _kind(choice: StyleChoice) -> _Kind:
    """Return what styles with one choice of engine have in common: there is no int8 of a blend."""
    return choice.model.path, sum(weight > 0 for weight in choice.weights) == 1


@dataclass(frozen=True, slots=True)
class _Network:
    """A network whose first style was opened."""

    choice: StyleChoice
    first: Session
    options: InferenceOptions
    shared: LazySession | None
    """The session of all styles; None if each has its own."""

    def model(self, choice: StyleChoice) -> LazySession:
        """Return the model of a style; nothing is measured for it any more."""
        if self.shared and choice.strength == 1:
            return self.shared
        session = self.first if choice == self.choice else None
        return LazySession(
            lambda size: self._open(choice, size),
            session,
            lambda size: reopen(choice, self.options, self.first, size),
        )

    def _open(self, choice: StyleChoice, size: Size) -> Session:
        candidate = self.first.candidate
        same = replace(self.options, device=candidate.device, precision=candidate.precision)
        try:
            return _open_choice(choice, same, size)
        except (DeviceError, ModelError):
            # Some variant of this style is missing or damaged; its main file may be fine.
            return _open_choice(choice, replace(same, precision=None), size)


def _open_network(choice: StyleChoice, options: InferenceOptions, *, several: bool) -> _Network:
    session, shared = _open_choice(choice, options, DEFAULT_SIZE), None
    if several and choice.strength == 1 and _is_as_fast_for_all_styles(session):
        first = session = session.with_weights_as_input()
        shared = LazySession(
            lambda _: first,
            session,
            lambda size: reopen(choice, options, first, size).with_weights_as_input(),
        )
    return _Network(choice, session, options, shared)


def reopen(choice: StyleChoice, options: InferenceOptions, before: Session, size: Size) -> Session:
    """Open a style from a file that has changed, on the same device.

    Variants of other precisions in files of their own are as old as the file before.

    Raises:
        NstError: the file is not a model of the same styles.
    """
    path, styles = choice.model.path, choice.model.styles
    if (found := read_model(path).styles) != styles:
        message = f"{path} has other styles: {', '.join(found)} instead of {', '.join(styles)}"
        raise ModelError(message, "start again")
    candidate = before.candidate
    precision = None if candidate.precision in (INT8, FP16) else candidate.precision
    same = replace(options, device=candidate.device, precision=precision)
    return _open_choice(choice, same, size)


def _is_as_fast_for_all_styles(session: Session) -> bool:
    """Return whether one session for all styles is as fast as one for each.

    int8 files have one style each, and ONNX Runtime on the CPU takes 1.5 times as long if the
    weights of the styles are an input.
    """
    return session.candidate.precision != INT8 and session.candidate.device != "cpu"


def _open_choice(choice: StyleChoice, options: InferenceOptions, size: Size) -> Session:
    # Not spinning: between two frames, camera and window need the cores.
    return open_choice(choice, options, size=size, spin=False)
