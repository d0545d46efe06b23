"""The subject of a benchmark: a style on a device."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from time import perf_counter

from realtime_nst.errors import ModelError
from realtime_nst.frame import Frame
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.machine import limit_threads
from realtime_nst.models.precisions import PRECISIONS
from realtime_nst.models.registry import StyleChoice, find_style, installed_models, read_model
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stylize.loading import open_choice
from realtime_nst.stylize.stylizer import SessionStylizer

Size = tuple[int, int]
"""Width and height in pixels."""
AUTO = "auto"
FRAMES = 8
"""Number of different frames, used in turn: a constant frame would be a special case."""


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """A requested benchmark."""

    style: str
    """Value of ``--style``; for a path to a model without a style, its first style."""
    device: str = AUTO
    threads: int | None = None
    """Number of CPU threads; None uses all cores."""
    precision: str = AUTO


@dataclass(frozen=True, slots=True)
class RuntimeDescription:
    """Model, device and precision that really ran."""

    model: str
    """Name in the model's card."""
    tier: str
    style: str
    file: str
    """Folder and name of the model's file; the file that ran may be a variant next to it."""
    sha256: str
    """SHA-256 of that file."""
    device: str
    """Requested device."""
    engine: str
    """Device that ran, as reported by the engine: ``ONNX Runtime``."""
    precision: str
    how: str
    """Details: ``2 threads`` or ``31 of 31 nodes, CUDA graph``."""
    why: str
    """The session's line on what runs, and why nothing faster does."""
    placement: dict[str, int]
    """Number of graph nodes by the provider that ran them."""
    threads: int

    @property
    def on(self) -> str:
        """Human-readable device: ``ONNX Runtime int8, 2 threads``."""
        return f"{self.engine} {self.precision}, {self.how}"

    @property
    def label(self) -> str:
        """Human-readable name: ``udnie (gallery-fast) on ONNX Runtime int8, 2 threads``."""
        return f"{self.style} ({self.model}) on {self.on}"


class ModelUnderTest:
    """A model opened for frames of one size, with a description of what runs."""

    def __init__(self, wanted: BenchRequest, size: Size, tier: str | None = None) -> None:
        self.wanted, self.size, self.choice = wanted, size, select_style(wanted.style, tier)
        self._threads = limit_threads(wanted.threads)
        started = perf_counter()
        options = InferenceOptions(tier, wanted.device, wanted.precision, self._threads)
        self.session = open_choice(self.choice, options, size=(size[1], size[0]))
        self.opened = perf_counter() - started
        """Seconds to open the model; with ``auto`` this includes choosing the device."""
        self.stylizer = SessionStylizer(self.session, self.choice.weight_array())

    @property
    def runner(self) -> RuntimeDescription:
        """Model, device and precision that really run."""
        model, card, info = self.choice.model, self.session.card, self.session.runtime_info
        return RuntimeDescription(
            model=card.name,
            tier=card.tier,
            style=blend_name(self.choice),
            file="/".join(model.path.parts[-2:]),
            sha256=sha256(model.path.read_bytes()).hexdigest(),
            device=self.wanted.device,
            engine=info.label,
            precision=info.precision,
            how=info.how,
            why=self.session.why,
            placement=dict(info.placement),
            threads=self._threads,
        )

    def stylize_call(self) -> Callable[[], object]:
        """Return a function that stylizes one frame, bytes to bytes: another frame every time."""
        inputs = frames(*self.size)
        return lambda: self.stylizer(next(inputs))

    def time_first_frame(self) -> float:
        """Return the seconds that the first frame takes."""
        call = self.stylize_call()
        started = perf_counter()
        call()
        return perf_counter() - started


def parse(text: str) -> BenchRequest:
    """Parse ``STYLE``, ``STYLE@DEVICE``, ``STYLE@PRECISION`` or ``STYLE@DEVICE@PRECISION``."""
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


def select_style(name: str, tier: str | None = None) -> StyleChoice:
    """Find a style; for a path to a model the first style, because all take the same time.

    Raises:
        ModelError: there is no such style.
    """
    if name.endswith(".onnx"):
        name = f"{name}:{read_model(Path(name)).styles[0]}"
    return find_style(name, tier)


def blend_name(choice: StyleChoice) -> str:
    """Return a style's name, or a blend in the format of ``--style``: ``a:0.6,b:0.4``."""
    shares = zip(choice.model.styles, choice.weights, strict=True)
    parts = [(name, share) for name, share in shares if share]
    return parts[0][0] if len(parts) == 1 else ",".join(f"{n}:{s:.3g}" for n, s in parts)


def everything() -> list[str]:
    """Return one style of every installed model, as ``PATH:STYLE``.

    Raises:
        ModelError: no model is installed.
    """
    found = [f"{model.path}:{model.styles[0]}" for model in installed_models()]
    if not found:
        raise ModelError("there is no model to benchmark", "realtime-nst styles")
    return found


def frames(width: int, height: int) -> Iterator[Frame]:
    """Yield synthetic frames of a size, without end."""
    return cycle(list(SyntheticSource(width, height, frames=FRAMES)))
