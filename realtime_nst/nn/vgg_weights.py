"""Where VGG's ImageNet weights come from."""

import hashlib
import os
import pickle
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from realtime_nst.errors import ModelError
from realtime_nst.models.registry import model_folders
from realtime_nst.nn.vgg import CAFFE, TORCHVISION, VGG, Normalization

VARIABLE = "REALTIME_NST_VGG"
BUNDLED = "vgg16/vgg16_conv1_1-conv4_3_fp16.safetensors"
BUNDLED_SHA256 = "f60339d7a147f49a35f16082d8c8bf41d355c532e89dec7f150494e9eaa22d1e"
UNREADABLE = (
    SafetensorError,
    pickle.UnpicklingError,
    struct.error,
    RuntimeError,
    AssertionError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    OSError,
    EOFError,
)
"""What torch raises at other files: to a pickle any letter is an order, failing in its own way."""
HINT = (
    f"--vgg-weights PATH, ${VARIABLE}, models/{BUNDLED} (shipped, VGG-16 to conv4_3), "
    "or torchvision's own download are tried in this order"
)


def load_vgg(
    taps: Iterable[str], network: str = "vgg16", path: Path | None = None, pooling: str = "max"
) -> VGG:
    """VGG with ImageNet weights, as deep as ``taps`` ask for.

    Weights are looked for at ``path``, ``$REALTIME_NST_VGG``, among the shipped models
    and at torchvision's, in this order.

    Raises:
        ModelError: there are no such weights, or they are another network's or not deep enough.
    """
    weights, normalisation = find_weights(network, path)
    vgg = VGG(taps, network, normalisation, pooling)
    wanted = vgg.state_dict()
    known = {name: weights.get(name, tensor) for name, tensor in wanted.items()}
    lacking = [name for name in wanted if name.startswith("features.") and name not in weights]
    if lacking:
        deepest = vgg.names[int(lacking[0].split(".")[1])]
        raise ModelError(f"these {network} weights end before {deepest}", HINT)
    try:
        vgg.load_state_dict(known)
    except RuntimeError as error:
        raise ModelError(f"these are not the weights of {network}: {error}", HINT) from error
    return vgg


def find_weights(network: str, path: Path | None) -> tuple[Mapping[str, Tensor], Normalization]:
    """State dict keyed like torchvision's, and what it expects of an image."""
    given = path or _from_environment()
    if given:
        return _read(given)
    for folder in model_folders():
        if network == "vgg16" and (folder / BUNDLED).is_file():
            _check(folder / BUNDLED)
            return _read(folder / BUNDLED)
    return _download(network), TORCHVISION


def _from_environment() -> Path | None:
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


def _check(path: Path) -> None:
    if hashlib.sha256(path.read_bytes()).hexdigest() != BUNDLED_SHA256:
        raise ModelError(f"{path} is damaged: its SHA-256 is not the published one", HINT)


def _read(path: Path) -> tuple[dict[str, Tensor], Normalization]:
    """A safetensors file says in its metadata what it expects; others are torchvision's."""
    if not path.is_file():
        raise ModelError(f"no VGG weights at {path}", HINT)
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        state = torch.load(path, weights_only=True, map_location="cpu")
    except UNREADABLE as error:
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{path} cannot be read as VGG weights ({reason})", HINT) from error
    if not isinstance(state, Mapping) or not all(isinstance(t, Tensor) for t in state.values()):
        raise ModelError(f"{path} holds no VGG weights: they are tensors by their names", HINT)
    return dict(state), TORCHVISION


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], Normalization]:
    with safe_open(path, framework="pt") as file:
        expects = (file.metadata() or {}).get("input", "")
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118  (no dict)
    return tensors, CAFFE if "1/255" in expects else TORCHVISION


def _download(network: str) -> Mapping[str, Tensor]:
    try:
        from torchvision import models

        weights = {"vgg16": models.VGG16_Weights, "vgg19": models.VGG19_Weights}[network]
        state: Mapping[str, Tensor] = weights.IMAGENET1K_V1.get_state_dict(
            progress=False, check_hash=True
        )
        return state
    except (ImportError, OSError, RuntimeError) as error:
        message = f"no weights for {network}: torchvision's download failed ({error})"
        raise ModelError(message, HINT) from error
