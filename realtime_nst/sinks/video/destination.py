"""Check that writing a video does no harm to existing files."""

from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.files import refuse_inputs
from realtime_nst.frame import StreamInfo
from realtime_nst.paths import is_folder, refuse_device
from realtime_nst.sinks.journal import Journal
from realtime_nst.sinks.partial_files import older_of, partial_of


def refuse_input(path: Path, info: StreamInfo) -> None:
    """Check that a file can be written without harm to existing files.

    Args:
        path: the file to write.
        info: properties of the source, which must not be overwritten.

    Raises:
        SinkError: the path is a folder or a device, the input would be overwritten, or its
            partial file would replace a file that is not left from a conversion.
    """
    if is_folder(path):
        raise SinkError(f"cannot write {path}: it is a folder", "give the name of a file")
    refuse_device(path)
    partial = partial_of(path), older_of(path)
    refuse_inputs((path, *partial), [*([info.path] if info.path else []), *info.image_paths])
    if not Journal(path, {}).known:
        for other in (each for each in partial if each.exists()):
            message = f"{other} already exists, perhaps from an interrupted run"
            raise SinkError(message, "rename or remove it")
