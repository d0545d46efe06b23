"""Explain why a file is not a valid model: of another project, damaged, or not ONNX at all."""

from pathlib import Path

from realtime_nst.errors import ModelError
from realtime_nst.models.bake_style import TENSOR_NAME
from realtime_nst.models.metadata import metadata_of, not_onnx
from realtime_nst.models.protobuf import Malformed, first_field, iter_fields
from realtime_nst.models.signature import (
    FRAME,
    GRAPH,
    IMAGE,
    INITIALIZER,
    STYLIZED,
    Signature,
    Value,
    read_signature,
)

LIST = "realtime-nst styles"
TRAIN = "train a style of your own: realtime-nst train IMAGE"
EXPORT = "export it again: realtime-nst export RUN OUT.onnx"
FIRST_BYTE = b"\x08"
"""Tag of the IR version, which every exporter writes first; no text starts with this byte."""


def explain_foreign_model(path: Path) -> ModelError:
    """Return the error for a file that cannot be read, or has no model card."""
    try:
        model = path.read_bytes()
        metadata_of(model)  # stored after the graph, so this finds truncated files
        signature = read_signature(model)
        defaults = _defaults(model)
    except OSError as error:
        return ModelError(f"cannot read {path}: {error.strerror}", LIST)
    except (Malformed, UnicodeDecodeError):
        damaged = model.startswith(FIRST_BYTE)
        if damaged:
            return ModelError(f"{path} is damaged or truncated", damaged_hint(path))
        return not_onnx(path)
    if signature.mismatch() is None:
        return ModelError(f"{path} has no model card", EXPORT)
    difference = _difference(signature, defaults)
    return ModelError(f"{path} is another project's model: {difference}", TRAIN)


def damaged_hint(path: Path) -> str:
    """Return the hint for a damaged model file."""
    return f"copy it again; realtime-nst styles verify {path} checks it"


def _difference(signature: Signature, defaults: set[str]) -> str:
    """Describe the inputs or the outputs that differ from ours."""
    required = {name: value for name, value in signature.inputs.items() if name not in defaults}
    frame = required.get(FRAME)
    if len(required) > 1 or frame is None or (frame.element, len(frame.shape)) != ("uint8", 4):
        return f"its input is {_format(required)}, not {FRAME} {IMAGE}"
    return f"its output is {_format(signature.outputs)}, not {STYLIZED} {IMAGE}"


def _defaults(model: bytes) -> set[str]:
    """Return the inputs that have a default: old exporters list all weights as inputs."""
    graph = first_field(memoryview(model), GRAPH)
    tensors = (
        (f.bytes for f in iter_fields(graph.bytes) if f.number == INITIALIZER) if graph else ()
    )
    names = (first_field(tensor, TENSOR_NAME) for tensor in tensors)
    return {name.text for name in names if name}


def _format(values: dict[str, Value]) -> str:
    return " and ".join(f"{name} {value}" for name, value in values.items()) or "nothing"
