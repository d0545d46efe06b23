"""What is measured: a style on a device."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from time import perf_counter

from realtime_nst.errors import ModelError
from realtime_nst.frame import Frame
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stylize.devices import DEVICES, usable_cores
from realtime_nst.stylize.models import Choice, find_style, installed_models, read_model
from realtime_nst.stylize.session import open_session
from realtime_nst.stylize.stylizer import Stylizer

FRAMES = 8
"""Different ones, given over and over: a picture that never changes would be a special case."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What someone asked to measure."""

    style: str
    """As for ``--style``; of a model given as a path, its first style if none is named."""
    device: str = "auto"
    threads: int | None = None
    """Of the CPU; None: all cores."""

    @property
    def name(self) -> str:
        """For people and for the rows of a table."""
        return self.style if self.device == "auto" else f"{self.style}@{self.device}"


@dataclass(frozen=True, slots=True)
class Runner:
    """What really ran."""

    model: str
    """The card's name."""
    tier: str
    precision: str
    style: str
    file: str
    """Folder and name of the model's file."""
    sha256: str
    """Of the model's file."""
    device: str
    """What was asked for."""
    why: str
    """What the session says of itself."""
    placement: dict[str, int]
    """Nodes of the graph per provider, as they were really assigned."""
    threads: int

    @property
    def label(self) -> str:
        """For people: ``classics-fast int8 on CPU, 2 threads``."""
        return f"{self.model} {self.precision} on {self.why.partition(' (')[0]}"


class Subject:
    """A model that has been opened, with what it takes to say afterwards what ran."""

    def __init__(self, wanted: Wanted, tier: str | None = None) -> None:
        self.wanted, self.choice = wanted, chosen(wanted.style, tier)
        self._threads = wanted.threads or usable_cores()
        began = perf_counter()
        path = self.choice.model.path
        self.session = open_session(path, wanted.device, threads=self._threads)
        self.opened = perf_counter() - began
        """Seconds it took."""
        self.stylizer = Stylizer(self.session, self.choice.as_input())

    @property
    def runner(self) -> Runner:
        """What really runs."""
        model, card, session = self.choice.model, self.session.card, self.session
        style = model.styles[max(range(len(model.styles)), key=self.choice.weights.__getitem__)]
        return Runner(
            *(card.name, card.tier, card.precision, style),
            file="/".join(model.path.parts[-2:]),
            sha256=sha256(model.path.read_bytes()).hexdigest(),
            device=self.wanted.device,
            why=session.why,
            placement=dict(session.placement),
            threads=self._threads,
        )

    def painting(self, width: int, height: int) -> Callable[[], object]:
        """A call that paints one picture of a size, bytes to bytes: another one every time."""
        pictures = frames(width, height)
        return lambda: self.stylizer(next(pictures))


def parse(text: str) -> Wanted:
    """``STYLE`` or ``STYLE@DEVICE``."""
    style, _, device = text.rpartition("@")
    if style and device in ("auto", *DEVICES):
        return Wanted(style, device)
    return Wanted(text)


def chosen(name: str, tier: str | None = None) -> Choice:
    """A style by its name; of a path without a style the first one, since all take as long.

    Raises:
        ModelError: there is no such style.
    """
    if name.endswith(".onnx"):
        name = f"{name}:{read_model(Path(name)).styles[0]}"
    return find_style(name, tier)


def everything() -> list[str]:
    """One style of every model there is, by path.

    Raises:
        ModelError: there are none.
    """
    found = [f"{model.path}:{model.styles[0]}" for model in installed_models()]
    if not found:
        raise ModelError("there is no model to measure", "realtime-nst styles")
    return found


def frames(width: int, height: int) -> Iterator[Frame]:
    """Moving bars of a size, without end."""
    return cycle(list(SyntheticSource(width, height, frames=FRAMES)))
