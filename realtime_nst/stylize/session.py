"""The one door to ONNX Runtime: open a model on a device and say what really runs."""

import contextlib
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import DeviceError, MissingExtra, ModelError
from realtime_nst.frame import Image
from realtime_nst.stylize.card import KEY, Card
from realtime_nst.stylize.devices import AUTO, DEVICES, Device, usable_cores, why_missing

FRAME, WEIGHTS, STYLIZED = "frame", "style_weights", "stylized"
"""The names of a model's inputs and output."""


class Session:
    """One model on one device. ``run`` is called by one thread at a time."""

    def __init__(self, inference: Any, card: Card, placement: dict[str, int], why: str) -> None:
        self._inference = inference
        self._blends = len(_inputs(inference)) > 1
        self.card = card
        self.placement = placement
        """Nodes of the graph per provider, as ONNX Runtime really assigned them."""
        self.why = why
        """One line for people: what runs, and why nothing better does."""

    def run(self, image: Image, weights: NDArray[np.float32] | None = None) -> Image:
        """Stylize one (H, W, 3) uint8 BGR picture; the result has exactly its size.

        Args:
            image: at least 32x32.
            weights: (styles,) how much of each style; None paints the first one alone.

        Raises:
            ModelError: the model gave another size, or has another number of styles.
        """
        feed: dict[str, NDArray[Any]] = {FRAME: image[None]}
        if self._blends:
            feed[WEIGHTS] = self._weights(weights)
        stylized: Image = self._inference.run(None, feed)[0][0]
        if stylized.shape != image.shape:
            message = f"{self.card.name} turned {image.shape} into {stylized.shape}"
            raise ModelError(message, "export the model again: realtime-nst export")
        return stylized

    def _weights(self, weights: NDArray[np.float32] | None) -> NDArray[np.float32]:
        count = len(self.card.styles)
        if weights is None:
            weights = np.zeros(count, np.float32)
            weights[0] = 1
        if weights.shape != (count,):
            message = f"{self.card.name} has {count} styles, but got weights {weights.shape}"
            raise ModelError(message)
        return np.asarray(weights, np.float32)


def open_session(
    path: Path | str, device: str = "auto", *, threads: int | None = None, spin: bool = True
) -> Session:
    """Open a model.

    Args:
        path: an ONNX file of ours: see ``_misfit``.
        device: ``auto`` or a key of ``DEVICES``.
        threads: of the CPU; None takes every physical core this process may use.
        spin: let idle threads spin between frames: a few percent faster, but the cores stay busy.
            Right for files, wrong for a live picture that leaves gaps.

    Raises:
        DeviceError: the device asked for does not run; ``auto`` falls back to the CPU instead.
        ModelError: the file is no model of ours.
        MissingExtra: no ONNX Runtime is installed.
    """
    path, threads = Path(path), threads or usable_cores()
    if not path.is_file():
        raise ModelError(f"there is no model {path}", "realtime-nst styles")
    if device != "auto":
        return _open(path, _device(device), threads, spin)
    reasons = []
    for name in AUTO:
        try:
            return _open(path, DEVICES[name], threads, spin)
        except DeviceError as error:
            reasons.append(str(error))
    return _open(path, DEVICES["cpu"], threads, spin, f" ({reasons[0]})")


def _device(name: str) -> Device:
    try:
        return DEVICES[name]
    except KeyError:
        hint = f"one of: auto, {', '.join(DEVICES)}"
        raise DeviceError(f"there is no device {name!r}", hint) from None


def _open(path: Path, device: Device, threads: int, spin: bool, reason: str = "") -> Session:
    runtime = _runtime()
    if missing := why_missing(device, runtime.get_available_providers()):
        raise _refused(device, missing)
    unloadable = _load_cuda(runtime) if device.package == "onnxruntime-gpu" else None
    inference = _create(runtime, path, device, _options(runtime, threads, spin))
    if misfit := _misfit(inference):
        raise ModelError(
            f"{path} does not fit: {misfit}", "realtime-nst export makes one that does"
        )
    card = _card(path, inference)
    placement = _placement(inference)
    _prove(inference, path, device)
    if elsewhere := _elsewhere(placement, device):
        raise _refused(device, unloadable or elsewhere)
    counts = {provider: sum(nodes.values()) for provider, nodes in placement.items()}
    return Session(inference, card, counts, _why(device, counts, threads) + reason)


def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        cure = 'pip install "realtime-nst[cpu]"  # with an NVIDIA GPU: realtime-nst[gpu]'
        raise MissingExtra(f"ONNX Runtime cannot be imported: {error}", cure) from error
    return onnxruntime


def _options(runtime: Any, threads: int, spin: bool) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: what matters of the rest is said by us
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    return options


def _load_cuda(runtime: Any) -> str | None:
    """Load NVIDIA's libraries out of their wheels; the first one that cannot be loaded, if any."""
    runtime.set_default_logger_severity(4)  # the refusal says it in one line
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runtime.preload_dlls()
    failed = re.search(r"Failed to load [^:]+", printed.getvalue())
    return failed[0] if failed else None


def _create(runtime: Any, path: Path, device: Device, options: Any) -> Any:
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    try:
        # Without enable_fallback=False ONNX Runtime prints and goes on with another provider.
        return runtime.InferenceSession(
            str(path), options, [(device.provider, device.options)], enable_fallback=False
        )
    except (raised.InvalidProtobuf, raised.InvalidGraph, raised.NoModel) as error:
        message = f"{path} is not an ONNX model: {_line(error)}"
        raise ModelError(message, "realtime-nst styles") from error
    except (raised.Fail, raised.EPFail, raised.NotImplemented, RuntimeError, ValueError) as error:
        raise _failed(path, device, error) from error


def _prove(inference: Any, path: Path, device: Device) -> None:
    """Run once: libraries such as cuDNN are loaded only now, and may be missing."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    feed = {FRAME: np.zeros((1, 64, 64, 3), np.uint8)}
    if len(_inputs(inference)) > 1:
        feed[WEIGHTS] = np.ones(_inputs(inference)[1].shape, np.float32)
    try:
        inference.run(None, feed)
    except (
        raised.Fail,
        raised.EPFail,
        raised.NotImplemented,
        raised.RuntimeException,
        raised.InvalidArgument,
    ) as error:
        raise _failed(path, device, error) from error


def _failed(path: Path, device: Device, error: Exception) -> ModelError | DeviceError:
    if device is DEVICES["cpu"]:
        return ModelError(f"{path} cannot run: {_line(error)}", "realtime-nst styles")
    return _refused(device, _line(error))


def _refused(device: Device, reason: str) -> DeviceError:
    return DeviceError(f"{device.label} does not run: {reason}", device.cure)


def _line(error: Exception) -> str:
    """The first line of a message, without the place in ONNX Runtime's own source."""
    return re.sub(r"^\S+\.cc:\d+ .*?\) |\[ONNXRuntimeError\] : ", "", str(error).splitlines()[0])


def _inputs(inference: Any) -> list[Any]:
    """The inputs, with those that have a default: ONNX Runtime lists them apart."""
    return [*inference.get_inputs(), *inference.get_overridable_initializers()]


def _misfit(inference: Any) -> str | None:
    """What differs from our contract: bytes in, bytes of the same size out.

    ``frame`` uint8 (1, H, W, 3) and, with several styles, ``style_weights`` float32 (styles,) give
    ``stylized`` uint8 (1, H, W, 3).
    """
    image = ("tensor(uint8)", 4)
    wanted = {FRAME: image, WEIGHTS: ("tensor(float)", 1), STYLIZED: image}
    values = [*_inputs(inference), *inference.get_outputs()]
    for value in values:
        found = (value.type, len(value.shape))
        if value.name not in wanted:
            return f"unknown input or output {value.name!r}"
        if found != wanted[value.name]:
            return f"{value.name!r} is {found[0]} {value.shape}, not {wanted[value.name]}"
    missing = {FRAME, STYLIZED} - {value.name for value in values}
    return f"it has no {' and no '.join(sorted(missing))}" if missing else None


def _card(path: Path, inference: Any) -> Card:
    text = inference.get_modelmeta().custom_metadata_map.get(KEY)
    if text is None:
        raise ModelError(f"{path} has no model card", "export it with: realtime-nst export")
    card = Card.from_json(text)
    inputs = {value.name: value for value in _inputs(inference)}
    count = inputs[WEIGHTS].shape[0] if WEIGHTS in inputs else 1
    if count != len(card.styles):
        message = f"{path} paints {count} styles, but its card names {len(card.styles)}"
        raise ModelError(message, "export it again: realtime-nst export")
    return card


def _placement(inference: Any) -> dict[str, Counter[str]]:
    """Per provider the nodes it really runs, by kind; being listed as a provider proves nothing."""
    return {
        part.ep_name: Counter(node.op_type for node in part.get_nodes())
        for part in inference.get_provider_graph_assignment_info()
    }


def _elsewhere(placement: dict[str, Counter[str]], device: Device) -> str | None:
    """The work another provider got; a few shape computations on the CPU are as it should be."""
    if device.provider not in placement:
        return f"ONNX Runtime gave the whole model to {', '.join(placement)}"
    lost = {
        name
        for name, nodes in placement.items()
        if name != device.provider and any("Conv" in kind for kind in nodes)
    }
    return f"ONNX Runtime gave convolutions to {', '.join(lost)}" if lost else None


def _why(device: Device, counts: dict[str, int], threads: int) -> str:
    if device is DEVICES["cpu"]:
        return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    return f"{device.label}, {counts[device.provider]} of {sum(counts.values())} nodes"
