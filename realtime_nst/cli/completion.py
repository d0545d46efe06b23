"""Values that a shell completes; found without numpy, so that the Tab key answers at once."""

from collections.abc import Iterable

import typer

from realtime_nst.cli.config import file, presets
from realtime_nst.errors import NstError
from realtime_nst.models.card import KEY, Card
from realtime_nst.models.folders import model_files
from realtime_nst.models.metadata import read_metadata

DEVICES = ("auto", "cpu", "openvino", "cuda", "tensorrt", "directml", "coreml", "webgpu")
PRECISIONS = ("auto", "fp32", "int8", "bf16", "fp16")
CODECS = (
    *("h264", "hevc", "av1", "vp9", "prores", "ffv1"),
    *("h264_nvenc", "hevc_nvenc", "av1_nvenc", "h264_qsv", "hevc_qsv", "av1_qsv"),
)


def styles(incomplete: str) -> list[tuple[str, str]]:
    """Return the installed styles that begin so, with the titles of their works."""
    cards = _cards()
    found = {style.name: style.title for card in cards for style in card.styles}
    return [(name, title) for name, title in found.items() if name.startswith(incomplete.lower())]


def tiers(incomplete: str) -> list[str]:
    """Return the tiers of the installed models."""
    return _starting(sorted({card.tier for card in _cards()}), incomplete)


def devices(incomplete: str) -> list[str]:
    """Return the devices that begin so."""
    return _starting(DEVICES, incomplete)


def precisions(incomplete: str) -> list[str]:
    """Return the precisions that begin so."""
    return _starting(PRECISIONS, incomplete)


def codecs(incomplete: str) -> list[str]:
    """Return the video codecs that begin so."""
    return _starting(CODECS, incomplete)


def presets_of_command(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the presets of a command that begin so, the user's own included."""
    try:
        data = file.read(file.default_path(), needed=False)
    except NstError:
        data = {}
    return _starting(presets.presets_of(ctx.info_name or "", data), incomplete)


def _cards() -> list[Card]:
    found = []
    for path in model_files():
        try:
            found.append(Card.from_json(read_metadata(path)[KEY]))
        except (NstError, KeyError, OSError):  # listed by `realtime-nst styles`
            continue
    return found


def _starting(values: Iterable[str], incomplete: str) -> list[str]:
    return [value for value in values if value.startswith(incomplete)]
