"""Open a model on a device, run it, and report what really runs."""

import logging
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np

from realtime_nst.errors import DeviceError, MissingExtraError, ModelError, NstError
from realtime_nst.extras import install_command
from realtime_nst.frame import Image
from realtime_nst.image_ops import blend
from realtime_nst.inference import devices
from realtime_nst.inference.autotune import autotune
from realtime_nst.inference.candidates import AUTO, auto_devices, candidates, trial_size
from realtime_nst.inference.devices import DEVICES, PREFERRED_DEVICE, device_error, find_device
from realtime_nst.inference.engines import (
    CompiledModel,
    RuntimeInfo,
    Size,
    StyleWeights,
)
from realtime_nst.inference.footprint import filter_by_memory
from realtime_nst.inference.inputs import SMALLEST, check_image, padded
from realtime_nst.inference.model_opener import ModelOpener
from realtime_nst.inference.trials import Candidate, format_trials
from realtime_nst.inference.variants import Variants
from realtime_nst.machine import limit_threads
from realtime_nst.models.card import Card
from realtime_nst.models.onnx_model import Weights, read_network
from realtime_nst.models.signature import FRAME as FRAME
from realtime_nst.models.signature import STYLIZED as STYLIZED
from realtime_nst.models.signature import WEIGHTS as WEIGHTS

LOG = logging.getLogger(__name__)
DEFAULT_SIZE = (480, 640)
"""Height and width of frames to open a model for, where the size is not known yet."""
MAX_CACHED_SIZES = 4
"""Number of frame sizes that a session keeps ready besides those that were prepared; the least
recently used one makes room."""


class Session:
    """A model opened on a device. ``run`` and ``release`` are called by one thread at a time.

    Args:
        opener: the model and its settings.
        candidate: device and precision.
        size: height and width of the frames to open the model for.
    """

    def __init__(self, opener: ModelOpener, candidate: Candidate, size: Size) -> None:
        self._opener, self.candidate = opener, candidate
        self._lock = Lock()
        self._prepared: set[Size] = set()
        self._weights = opener.variants.weights
        self._is_multi_style = opener.network(candidate).is_multi_style
        self._compiled: OrderedDict[Size, CompiledModel] = OrderedDict()
        self.card: Card = opener.variants.given.card
        self.runtime_info: RuntimeInfo = self._compiled_for(size).info
        """Device, precision and placement as reported by the engine."""
        self.why = str(self.runtime_info)
        """Human-readable line: what runs, and why nothing faster does."""
        self.passed_over = ""
        """Why the NVIDIA GPU of this machine is not used; empty if it is, or if there is none."""

    @property
    def placement(self) -> dict[str, int]:
        """Number of graph nodes by the provider that runs them."""
        return self.runtime_info.placement

    def run(self, image: Image, weights: StyleWeights | None = None) -> Image:
        """Stylize one image.

        Args:
            image: (height, width, 3) uint8 BGR, of any size.
            weights: (styles,) weight of each style; None uses those the session was opened with.

        Returns:
            The stylized image, of the same type and size.

        Raises:
            ImageError: the image has another type or shape.
            ModelError: the model returned another size; or the weights are missing, have another
                number of styles, or differ from those the session was opened with.
        """
        check_image(image)
        height, width = image.shape[:2]
        checked, large = self._check_weights(weights), padded(image)
        size = (large.shape[0], large.shape[1])
        stylized = self._compiled_for(size)(np.ascontiguousarray(large), checked)
        if stylized.shape != large.shape:
            message = f"{self.card.name} turned {large.shape} into {stylized.shape}"
            raise ModelError(message, "export the model again: realtime-nst export")
        result = np.ascontiguousarray(stylized[:height, :width])
        return blend(image, result, self._opener.strength)

    def prepare(self, size: Size) -> None:
        """Compile the model for frames of a size, and keep it until ``release``.

        May be called on any thread while another one calls ``run``, which does not wait.

        Args:
            size: height and width.

        Raises:
            NstError: the model does not run at this size.
        """
        large = _at_least_smallest(size)
        compiled = self._compiled.get(large) or self._opener(self.candidate, large)
        with self._lock:
            self._prepared.add(large)
            self._compiled[large] = compiled

    def release(self, size: Size) -> None:
        """Free the memory of a size; its next frame compiles the model again."""
        large = _at_least_smallest(size)
        with self._lock:
            self._prepared.discard(large)
            self._compiled.pop(large, None)

    def with_weights_as_input(self) -> "Session":
        """Open the model again on the same device, for all styles: ``run`` takes their weights.

        Raises:
            NstError: it does not run.
        """
        variants = Variants(self._opener.variants.given)
        size = next(reversed(self._compiled))
        session = Session(replace(self._opener, variants=variants), self.candidate, size)
        session.why, session.passed_over = self.why, self.passed_over
        return session

    def _compiled_for(self, size: Size) -> CompiledModel:
        """Return the model compiled for a size; make room for it first."""
        with self._lock:
            if size in self._compiled:
                self._compiled.move_to_end(size)
                return self._compiled[size]
            unprepared = [each for each in self._compiled if each not in self._prepared]
            if len(unprepared) == MAX_CACHED_SIZES:
                del self._compiled[unprepared[0]]
        compiled = self._opener(self.candidate, size)
        with self._lock:
            self._compiled[size] = compiled
        return compiled

    def _check_weights(self, weights: StyleWeights | None) -> StyleWeights | None:
        """Return the weights to pass to the engine: None if they are baked into the model."""
        count = len(self.card.styles)
        if weights is not None and weights.shape != (count,):
            message = f"{self.card.name} has {count} styles, but got weights {weights.shape}"
            raise ModelError(message)
        if self._is_multi_style:
            if weights is None:
                raise self._weights_missing()
            return np.asarray(weights, np.float32)
        if weights is not None and self._weights and not np.allclose(weights, self._weights):
            raise ModelError(f"{self.card.name} was opened for {self._weights}, not {weights}")
        return None

    def _weights_missing(self) -> ModelError:
        styles = [style.name for style in self.card.styles]
        message = f"{self.card.name} has several styles: {', '.join(styles)}"
        return ModelError(message, f"weights=find_style({styles[0]!r}).weights for open_session()")


def _at_least_smallest(size: Size) -> Size:
    return max(size[0], SMALLEST), max(size[1], SMALLEST)


def open_session(
    path: Path | str,
    device: str = AUTO,
    *,
    threads: int | None = None,
    spin: bool = True,
    precision: str | None = None,
    weights: Weights | None = None,
    size: Size = DEFAULT_SIZE,
    strength: float = 1.0,
) -> Session:
    """Load a model and prepare it for a device.

    Args:
        path: an ONNX file exported by this project; see ``models.signature``.
        device: ``auto`` or a key of ``DEVICES``.
        threads: CPU threads; None uses all physical cores available to this process. Limited to
            its logical CPUs.
        spin: keep worker threads spinning between frames. A few percent faster, but the cores stay
            busy: right for files, wrong for live video, where other stages need them.
        precision: None runs the given file; ``auto`` picks the fastest variant next to it; else one
            of ``PRECISIONS``.
        weights: fixed style weights, which makes the model faster; None takes them on every call
            of ``run``, which models of several styles then require.
        size: expected frame height and width. Other sizes work, but the first frame of each is
            slower.
        strength: share of the stylized image in each result; the rest is the original image.

    Returns:
        The session; its ``why`` names the device and precision that run.

    Raises:
        DeviceError: the requested device or precision does not run; ``auto`` uses another one.
        ModelError: the file is not a valid model, or has no variant in this precision.
        MissingExtraError: no engine is installed.

    Example:
        >>> style = find_style("starry-night")
        >>> session = open_session(style.model.path, weights=style.weights, precision="auto")
        >>> stylized = session.run(cv2.imread("photo.jpg"))
    """
    network = read_network(Path(path))
    if weights is not None:
        network.baked(weights)  # checks their number
    opener = ModelOpener(Variants(network, weights), limit_threads(threads), spin, strength)
    if device != AUTO:
        find_device(device)
        return _open_fastest(opener, [device], precision, size)
    return _open_auto(opener, precision, size)


def _open_auto(opener: ModelOpener, precision: str | None, size: Size) -> Session:
    """Open the model on an NVIDIA GPU if there is one, else on the fastest device."""
    try:
        if not devices.nvidia_driver():
            raise device_error(DEVICES[PREFERRED_DEVICE], "no NVIDIA driver found")
        return _open_fastest(opener, [PREFERRED_DEVICE], precision, size)
    except (DeviceError, MissingExtraError) as error:
        reason = error
    names = auto_devices()
    if not names:
        hint = f"{install_command('cpu')}  # with an NVIDIA GPU: [gpu]"
        raise MissingExtraError("neither ONNX Runtime nor OpenVINO is installed", hint)
    session = _open_fastest(opener, names, precision, size)
    if devices.nvidia_driver() or devices.nvidia_card():
        session.passed_over = str(reason)
        session.why += f" ({reason})"
    return session


def _open_fastest(
    opener: ModelOpener, names: list[str], precision: str | None, size: Size
) -> Session:
    card, possible = opener.variants.given.card, candidates(opener.variants, names, precision)
    found = filter_by_memory(card, possible, size)
    if len(found) == 1:
        return Session(opener, found[0], size)
    opener.prepare(found)
    result = autotune(found, opener.trial, trial_size(found), opener.key())
    session, failures = _open_first(opener, result.ranking, size)
    notes = dict.fromkeys([*result.failures, *map(str, failures)])
    session.why += f": {format_trials(result.trials[len(failures) :], result.size, size)}"
    session.why += "".join(f" ({note})" for note in notes)
    return session


def _open_first(
    opener: ModelOpener, ranking: list[Candidate], size: Size
) -> tuple[Session, list[NstError]]:
    """Open the fastest candidate that still runs; return the errors of those before it, too."""
    failures: list[NstError] = []
    for candidate in ranking:
        try:
            return Session(opener, candidate, size), failures
        except NstError as error:
            failures.append(error)
    raise failures[0]
