"""What is measured: a style on a device."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from time import perf_counter

from realtime_nst.errors import ModelError
from realtime_nst.frame import Frame
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.session import open_session
from realtime_nst.machine import limit_threads
from realtime_nst.models.precisions import PRECISIONS
from realtime_nst.models.registry import StyleChoice, find_style, installed_models, read_model
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stylize.stylizer import Stylizer

Size = tuple[int, int]
"""Width and height in pixels."""
AUTO = "auto"
FRAMES = 8
"""Different ones, given over and over: a picture that never changes would be a special case."""


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """What someone asked to measure."""

    style: str
    """As for ``--style``; of a model given as a path, its first style if none is named."""
    device: str = AUTO
    threads: int | None = None
    """Of the CPU; None: all cores."""
    precision: str = AUTO


@dataclass(frozen=True, slots=True)
class RuntimeDescription:
    """What really ran."""

    model: str
    """The card's name."""
    tier: str
    style: str
    file: str
    """Folder and name of the model's file; what was computed may be a variant beside it."""
    sha256: str
    """Of that file."""
    device: str
    """What was asked for."""
    engine: str
    """What it was, as the engine tells: ``ONNX Runtime``."""
    precision: str
    how: str
    """``2 threads`` or ``31 of 31 nodes, CUDA graph``."""
    why: str
    """What the session says of itself, and why nothing better runs."""
    placement: dict[str, int]
    """Nodes of the graph by what really ran them."""
    threads: int

    @property
    def on(self) -> str:
        """``ONNX Runtime int8, 2 threads``."""
        return f"{self.engine} {self.precision}, {self.how}"

    @property
    def label(self) -> str:
        """For people: ``udnie (gallery-fast) on ONNX Runtime int8, 2 threads``."""
        return f"{self.style} ({self.model}) on {self.on}"


class ModelUnderTest:
    """A model opened for pictures of one size, with what it takes to say afterwards what ran."""

    def __init__(self, wanted: BenchRequest, size: Size, tier: str | None = None) -> None:
        self.wanted, self.size, self.choice = wanted, size, chosen(wanted.style, tier)
        self._threads = limit_threads(wanted.threads)
        began = perf_counter()
        self.session = open_session(
            self.choice.model.path,
            wanted.device,
            threads=self._threads,
            precision=wanted.precision,
            weights=self.choice.weights,
            size=(size[1], size[0]),
        )
        self.opened = perf_counter() - began
        """Seconds it took; where the device was left open, the choice of one included."""
        self.stylizer = Stylizer(self.session, self.choice.weight_array())

    @property
    def runner(self) -> RuntimeDescription:
        """What really runs."""
        model, card, ran = self.choice.model, self.session.card, self.session.runtime_info
        return RuntimeDescription(
            model=card.name,
            tier=card.tier,
            style=blend_name(self.choice),
            file="/".join(model.path.parts[-2:]),
            sha256=sha256(model.path.read_bytes()).hexdigest(),
            device=self.wanted.device,
            engine=ran.label,
            precision=ran.precision,
            how=ran.how,
            why=self.session.why,
            placement=dict(ran.placement),
            threads=self._threads,
        )

    def painting(self) -> Callable[[], object]:
        """A call that paints one picture, bytes to bytes: another one every time."""
        pictures = frames(*self.size)
        return lambda: self.stylizer(next(pictures))

    def first_picture(self) -> float:
        """Seconds until the first picture is there."""
        call = self.painting()
        began = perf_counter()
        call()
        return perf_counter() - began


def parse(text: str) -> BenchRequest:
    """``STYLE``, ``STYLE@DEVICE``, ``STYLE@PRECISION`` or ``STYLE@DEVICE@PRECISION``."""
    wanted = BenchRequest(text)
    while "@" in wanted.style:
        style, _, last = wanted.style.rpartition("@")
        if last in PRECISIONS:
            wanted = replace(wanted, style=style, precision=last)
        elif last in (AUTO, *DEVICES):
            wanted = replace(wanted, style=style, device=last)
        else:
            break
    return wanted


def chosen(name: str, tier: str | None = None) -> StyleChoice:
    """A style by its name; of a path without a style the first one, since all take as long.

    Raises:
        ModelError: there is no such style.
    """
    if name.endswith(".onnx"):
        name = f"{name}:{read_model(Path(name)).styles[0]}"
    return find_style(name, tier)


def blend_name(choice: StyleChoice) -> str:
    """Return a style's name, or a blend as ``--style`` takes it: ``a:0.6,b:0.4``."""
    shares = zip(choice.model.styles, choice.weights, strict=True)
    parts = [(name, share) for name, share in shares if share]
    return parts[0][0] if len(parts) == 1 else ",".join(f"{n}:{s:.3g}" for n, s in parts)


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
