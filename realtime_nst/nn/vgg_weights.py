"""Find and load the ImageNet weights of VGG."""

import hashlib
import os
import pickle
import struct
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from realtime_nst.errors import ModelError
from realtime_nst.extras import VGG_DISTRIBUTION, vgg_install_command
from realtime_nst.models.registry import model_folders
from realtime_nst.nn.vgg import CAFFE, TORCHVISION, VGG, Normalization

VARIABLE = "REALTIME_NST_VGG"
"""Environment variable with the path of a weights file."""
FILE = "vgg16_conv1_1-conv4_3_fp16.safetensors"
"""Name of the file with our weights, in ``models/vgg16`` and in the distribution."""
SHA256 = "f60339d7a147f49a35f16082d8c8bf41d355c532e89dec7f150494e9eaa22d1e"
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
"""Exceptions that torch raises for other files: each byte of a pickle is an instruction, which may
fail in its own way."""
HINT = (
    f"give a weights file by --vgg-weights PATH or ${VARIABLE}; otherwise models/vgg16/{FILE} "
    "(VGG-16 up to conv4_3) or, for vgg19, torchvision's download is used"
)


def load_vgg(
    taps: Iterable[str], network: str = "vgg16", path: Path | None = None, pooling: str = "max"
) -> VGG:
    """Load VGG with ImageNet weights, up to the deepest of ``taps``.

    Weights are searched for at ``path`` and at ``$REALTIME_NST_VGG``. Otherwise those of VGG-16
    are read from ``models/vgg16`` or the distribution ``realtime-nst-vgg``, and those of VGG-19
    are downloaded by torchvision.

    Args:
        taps: names of the layers to return features of.
        network: ``vgg16`` or ``vgg19``.
        path: a ``.safetensors`` file or a state dict saved by torch.
        pooling: ``max`` or ``avg``.

    Raises:
        ModelError: no weights are found, or they belong to another network or end too early.
    """
    weights, normalization = find_weights(network, path)
    vgg = VGG(taps, network, normalization, pooling)
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
    """Return a state dict with torchvision's keys, and the normalization that it needs.

    Raises:
        ModelError: no weights are found, or the file is damaged or is not a weights file.
    """
    given = path or _from_environment()
    if given:
        return _read(given)
    if network != "vgg16":
        return _download(network), TORCHVISION
    found = next((file for file in _places() if file.is_file()), None)
    if found is None:
        message = "cannot find the weights of VGG-16: they are not installed"
        raise ModelError(message, vgg_install_command())
    _check(found)
    return _read(found)


def _places() -> Iterator[Path]:
    """Yield the files that may hold the weights of VGG-16."""
    for folder in model_folders():
        yield folder / "vgg16" / FILE
    try:
        yield Path(str(distribution(VGG_DISTRIBUTION).locate_file(f"realtime_nst_vgg/{FILE}")))
    except PackageNotFoundError:
        return


def _from_environment() -> Path | None:
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


def _check(path: Path) -> None:
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        message = f"cannot use {path}: it is damaged, its SHA-256 is not the published one"
        raise ModelError(message, HINT)


def _read(path: Path) -> tuple[dict[str, Tensor], Normalization]:
    """Read weights; metadata of a safetensors file has its normalization, others are torchvision's.

    Raises:
        ModelError: the file is missing or is not a weights file.
    """
    if not path.is_file():
        raise ModelError(f"cannot read {path}: there is no such file", HINT)
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        state = torch.load(path, weights_only=True, map_location="cpu")
    except UNREADABLE as error:
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{path} cannot be read as VGG weights ({reason})", HINT) from error
    if not isinstance(state, Mapping) or not all(isinstance(t, Tensor) for t in state.values()):
        message = f"cannot read {path} as VGG weights: it is not a state dict of tensors"
        raise ModelError(message, HINT)
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
        message = f"cannot load {network} weights: torchvision's download failed: {error}"
        raise ModelError(message, HINT) from error
