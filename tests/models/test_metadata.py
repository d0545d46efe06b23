"""Metadata is read from any ONNX file; other files are refused."""

from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime_nst.errors import ModelError
from realtime_nst.models.metadata import read_metadata
from tests.helpers.onnx_models import invert

KEEPS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@KEEPS
@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_read_metadata_of_onnx_files(tmp_path: Path, properties: dict[str, str]) -> None:
    path = invert(tmp_path / "model.onnx")
    model = onnx.load(path)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, properties)
    path.write_bytes(model.SerializeToString())
    assert read_metadata(path) == properties


@KEEPS
@given(st.integers(1, 300))
def test_read_metadata_of_truncated_files(tmp_path: Path, size: int) -> None:
    whole = invert(tmp_path / "model.onnx")
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(whole.read_bytes()[:size])
    try:
        assert read_metadata(cut).items() <= read_metadata(whole).items()
    except ModelError as error:
        assert "not an ONNX model" in str(error)  # noqa: PT017 -- either ending is right


@pytest.mark.parametrize("content", [b"hello, world", b"\xff" * 20, b"\x07"])
def test_read_metadata_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"other\.onnx is not an ONNX model"):
        read_metadata(path)
    with pytest.raises(ModelError):
        read_metadata(tmp_path / "missing.onnx")
