"""Open a model on a device, paint with it, and say what really runs."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realtime_nst import __version__
from realtime_nst.errors import DeviceError, MissingExtraError, ModelError, NstError
from realtime_nst.extras import install_command
from realtime_nst.frame import Image
from realtime_nst.image_ops import blend
from realtime_nst.inference import devices
from realtime_nst.inference.autotune import Candidate, autotune, described
from realtime_nst.inference.candidates import AUTO, candidates, rivals
from realtime_nst.inference.devices import DEVICES, PREFERRED_DEVICE, device_named, refused
from realtime_nst.inference.engines import (
    CompiledModel,
    EngineSettings,
    RuntimeInfo,
    Size,
    StyleWeights,
)
from realtime_nst.inference.engines.crash_check import crash_reason
from realtime_nst.inference.engines.onnx_runtime import open_onnx_runtime
from realtime_nst.inference.engines.openvino import open_openvino
from realtime_nst.inference.footprint import check_memory, that_fit
from realtime_nst.inference.inputs import check_image, padded
from realtime_nst.inference.variants import Variants
from realtime_nst.machine import cpu_name, installed_versions, limit_threads
from realtime_nst.models.card import Card
from realtime_nst.models.onnx_model import OnnxModel, Weights, read_network
from realtime_nst.models.signature import FRAME as FRAME
from realtime_nst.models.signature import STYLIZED as STYLIZED
from realtime_nst.models.signature import WEIGHTS as WEIGHTS

USUAL = (480, 640)
"""Height and width of the frames to open for where nobody can say."""
KEPT = 4
"""Sizes kept ready: a mosaic has up to four."""


@dataclass(frozen=True)
class ModelOpener:
    """All there is to know to open a model on any device at any size."""

    variants: Variants
    threads: int
    spin: bool
    strength: float = 1.0

    def __call__(self, candidate: Candidate, size: Size) -> CompiledModel:
        """Open it.

        Raises:
            NstError: it does not run; see ``Engine``.
        """
        check_memory(self.variants.given.card, candidate, size)
        device = DEVICES[candidate.device]
        engine = open_openvino if candidate.device == "openvino" else open_onnx_runtime
        settings = EngineSettings(self.threads, self.spin, candidate.precision)
        return engine(self.network(candidate), device, settings, size)

    def network(self, candidate: Candidate) -> OnnxModel:
        """The file a candidate runs."""
        return self.variants.network(candidate.precision)

    def prepare(self, found: list[Candidate]) -> None:
        """What is done once on a machine, so that it does not count as a candidate's slowness."""
        for candidate in found:
            if candidate.device == "openvino":
                crash_reason(self.network(candidate))

    def trial(self, candidate: Candidate, size: Size) -> Callable[[Image], Image]:
        """Open it to see how fast it is."""
        running, network = self(candidate, size), self.network(candidate)
        count = len(network.card.styles)
        weights = np.full(count, 1 / count, np.float32) if network.is_multi_style else None
        return lambda image: running(image, weights)

    def key(self) -> dict[str, object]:
        """What the speed of all candidates hangs on."""
        return {
            "realtime-nst": __version__,
            "processor": cpu_name(),
            "versions": installed_versions(),
            "model": self.variants.given.sha256,
            "fixed": self.variants.weights is not None,
            "threads": self.threads,
            "spin": self.spin,
        }


class Session:
    """One model on one device. ``run`` is called by one thread at a time."""

    def __init__(self, opening: ModelOpener, candidate: Candidate, size: Size) -> None:
        self._opening, self._candidate = opening, candidate
        self._weights = opening.variants.weights
        self._blends = opening.network(candidate).is_multi_style
        self._ready: OrderedDict[Size, CompiledModel] = OrderedDict()
        self.card: Card = opening.variants.given.card
        self.runtime_info: RuntimeInfo = self._at(size).ran
        """What really runs, as the engine tells."""
        self.why = str(self.runtime_info)
        """One line for people: what runs, and why nothing better does."""
        self.passed_over = ""
        """Why the NVIDIA GPU of this machine is not used; empty where it is, or there is none."""

    @property
    def placement(self) -> dict[str, int]:
        """Nodes of the graph by what really runs them."""
        return self.runtime_info.placement

    def run(self, image: Image, weights: StyleWeights | None = None) -> Image:
        """Stylize one (H, W, 3) uint8 BGR picture; the result has exactly its size.

        Args:
            image: of any size.
            weights: (styles,) how much of each style; None paints what the session was opened for.

        Raises:
            ImageError: the image has another type or shape.
            ModelError: the model gave another size, has another number of styles, has several and
                got no weights, or was opened for other weights.
        """
        check_image(image)
        height, width = image.shape[:2]
        checked, large = self._checked(weights), padded(image)
        size = (large.shape[0], large.shape[1])
        stylized = self._at(size)(np.ascontiguousarray(large), checked)
        if stylized.shape != large.shape:
            message = f"{self.card.name} turned {large.shape} into {stylized.shape}"
            raise ModelError(message, "export the model again: realtime-nst export")
        result = np.ascontiguousarray(stylized[:height, :width])
        return blend(image, result, self._opening.strength)

    def _at(self, size: Size) -> CompiledModel:
        """Ready for a size; the one longest out of use makes room for a new one."""
        if size in self._ready:
            self._ready.move_to_end(size)
            return self._ready[size]
        if len(self._ready) == KEPT:
            self._ready.popitem(last=False)
        self._ready[size] = self._opening(self._candidate, size)
        return self._ready[size]

    def _checked(self, weights: StyleWeights | None) -> StyleWeights | None:
        """The weights as the engine takes them: none if they are part of the model."""
        count = len(self.card.styles)
        if weights is not None and weights.shape != (count,):
            message = f"{self.card.name} has {count} styles, but got weights {weights.shape}"
            raise ModelError(message)
        if self._blends:
            if weights is None:
                raise self._undecided()
            return np.asarray(weights, np.float32)
        if weights is not None and self._weights and not np.allclose(weights, self._weights):
            raise ModelError(f"{self.card.name} was opened for {self._weights}, not {weights}")
        return None

    def _undecided(self) -> ModelError:
        styles = [style.name for style in self.card.styles]
        message = f"{self.card.name} has several styles: {', '.join(styles)}"
        return ModelError(message, f"weights=find_style({styles[0]!r}).weights for open_session()")


def open_session(
    path: Path | str,
    device: str = AUTO,
    *,
    threads: int | None = None,
    spin: bool = True,
    precision: str | None = None,
    weights: Weights | None = None,
    size: Size = USUAL,
    strength: float = 1.0,
) -> Session:
    """Open a model.

    Args:
        path: an ONNX file of ours: see ``signature``.
        device: ``auto`` or a key of ``DEVICES``.
        threads: of the CPU; None takes every physical core this process may use. Never more than
            its logical CPUs.
        spin: let idle threads spin between frames: a few percent faster, but the cores stay busy.
            Right for files, wrong for a live picture that leaves gaps.
        precision: None runs this very file; ``auto`` takes the fastest there is of the model, else
            one of ``PRECISIONS``.
        weights: one a style, for a session that paints nothing else and is faster for it; None
            leaves them to each call of ``run``, which a model of several styles then needs.
        size: height and width of the frames to come. Others can be painted, too; the first frame
            of a new size takes longer.
        strength: share of the stylized image in each result; the rest is the image as it was.

    Raises:
        DeviceError: the device or precision asked for does not run; ``auto`` takes another.
        ModelError: the file is no model of ours, or there is none in this precision.
        MissingExtra: no engine is installed.
    """
    network = read_network(Path(path))
    if weights is not None:
        network.baked(weights)  # as many as there are styles
    opening = ModelOpener(Variants(network, weights), limit_threads(threads), spin, strength)
    if device != AUTO:
        device_named(device)
        return _fastest(opening, [device], precision, size)
    return _anywhere(opening, precision, size)


def _anywhere(opening: ModelOpener, precision: str | None, size: Size) -> Session:
    """On NVIDIA's GPU if there is one, else where a frame takes the least time."""
    try:
        if not devices.nvidia_driver():
            raise refused(DEVICES[PREFERRED_DEVICE], "no NVIDIA driver found")
        return _fastest(opening, [PREFERRED_DEVICE], precision, size)
    except (DeviceError, MissingExtraError) as error:
        reason = error
    names = rivals()
    if not names:
        hint = f"{install_command('cpu')}  # with an NVIDIA GPU: [gpu]"
        raise MissingExtraError("neither ONNX Runtime nor OpenVINO is installed", hint)
    session = _fastest(opening, names, precision, size)
    if devices.nvidia_driver() or devices.nvidia_card():
        session.passed_over = str(reason)
        session.why += f" ({reason})"
    return session


def _fastest(opening: ModelOpener, names: list[str], precision: str | None, size: Size) -> Session:
    card, possible = opening.variants.given.card, candidates(opening.variants, names, precision)
    found = that_fit(card, possible, size)
    if len(found) == 1:
        return Session(opening, found[0], size)
    opening.prepare(found)
    verdict = autotune(found, opening.trial, size, opening.key())
    session, failures = _first_that_opens(opening, verdict.ranking, size)
    notes = dict.fromkeys([*verdict.failures, *map(str, failures)])
    session.why += f": {described(verdict.trials[len(failures) :], verdict.size, size)}"
    session.why += "".join(f" ({note})" for note in notes)
    return session


def _first_that_opens(
    opening: ModelOpener, ranking: list[Candidate], size: Size
) -> tuple[Session, list[NstError]]:
    """The fastest, and why those before it do not open: what ran once may be broken by now."""
    failures: list[NstError] = []
    for candidate in ranking:
        try:
            return Session(opening, candidate, size), failures
        except NstError as error:
            failures.append(error)
    raise failures[0]
