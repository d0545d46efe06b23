"""Why a file is no model of ours: another project's, a damaged one, or no ONNX model at all."""

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
MAKE = "realtime-nst train PAINTING begins one of your own"
EXPORT = "export it again: realtime-nst export RUN OUT.onnx"
BEGINNING = b"\x08"
"""The version of ONNX, which every exporter writes first; no text begins with this byte."""


def explain_foreign_model(path: Path) -> ModelError:
    """What to say of a file that cannot be read, or has no model card."""
    try:
        model = path.read_bytes()
        metadata_of(model)  # which lies behind the graph
        signature = read_signature(model)
        defaults = _defaults(model)
    except OSError as error:
        return ModelError(f"{path} cannot be read: {error.strerror}", LIST)
    except (Malformed, UnicodeDecodeError):
        damaged = model.startswith(BEGINNING)
        if damaged:
            return ModelError(f"{path} is damaged, or cut off", damaged_hint(path))
        return not_onnx(path)
    if signature.misfit() is None:
        return ModelError(f"{path} has no model card", EXPORT)
    return ModelError(f"{path} is another project's model: {_other(signature, defaults)}", MAKE)


def damaged_hint(path: Path) -> str:
    """Return what to do about a damaged model file."""
    return f"copy it again; realtime-nst styles verify {path} checks it"


def _other(signature: Signature, defaults: set[str]) -> str:
    """What a model takes or gives that ours do not."""
    asked = {name: value for name, value in signature.inputs.items() if name not in defaults}
    frame = asked.get(FRAME)
    if len(asked) > 1 or frame is None or (frame.element, len(frame.shape)) != ("uint8", 4):
        return f"it takes {_listed(asked)}, this program gives {FRAME} {IMAGE}"
    return f"it gives {_listed(signature.outputs)}, this program takes {STYLIZED} {IMAGE}"


def _defaults(model: bytes) -> set[str]:
    """The inputs that have a value already: old exporters list every weight among them."""
    graph = first_field(memoryview(model), GRAPH)
    tensors = (
        (f.bytes for f in iter_fields(graph.bytes) if f.number == INITIALIZER) if graph else ()
    )
    names = (first_field(tensor, TENSOR_NAME) for tensor in tensors)
    return {name.text for name in names if name}


def _listed(values: dict[str, Value]) -> str:
    return " and ".join(f"{name} {value}" for name, value in values.items()) or "nothing"
