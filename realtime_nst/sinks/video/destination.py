"""Whether a video can be written somewhere without harm to what is there."""

from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.files import is_folder, refuse_device, refuse_inputs
from realtime_nst.frame import StreamInfo
from realtime_nst.sinks.journal import Journal
from realtime_nst.sinks.partial_files import older_of, partial_of


def refuse_input(path: Path, info: StreamInfo) -> None:
    """See that a file can be written without harm to what is there.

    Raises:
        SinkError: it is a folder or a device, the input would be written over, or what grows there
            until it is whole would replace a file that no conversion has left.
    """
    if is_folder(path):
        raise SinkError(f"{path} is a folder", "give the name of a file")
    refuse_device(path)
    growing = partial_of(path), older_of(path)
    refuse_inputs((path, *growing), [*([info.path] if info.path else []), *info.image_paths])
    if not Journal(path, {}).known:
        for other in (each for each in growing if each.exists()):
            message = f"{other} is there already, perhaps from a run that was interrupted"
            raise SinkError(message, "rename it, or remove it")
