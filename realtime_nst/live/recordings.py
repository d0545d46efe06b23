"""Name live recordings without overwriting any file, and encode them in real time."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.files import Lock
from realtime_nst.frame import StreamInfo
from realtime_nst.paths import cannot_write
from realtime_nst.sinks.partial_files import journal_of, partial_of
from realtime_nst.sinks.resized import OutputSize
from realtime_nst.sinks.threaded import ThreadedSink, queue_depth
from realtime_nst.sinks.video.live_options import live_options
from realtime_nst.sinks.video.recording import RecordingSink


def open_recording(
    path: Path,
    info: StreamInfo,
    missed: Counter[str],
    output_size: OutputSize = OutputSize(),  # noqa: B008  (it is frozen)
) -> ThreadedSink:
    """Open a recording on a thread of its own.

    Args:
        path: the file to write.
        info: properties of the frames.
        missed: counts the frames that the recording misses, by the name of its file.
        output_size: size to record in.

    Raises:
        SinkError: the file cannot be written.
    """

    def opener(sized: StreamInfo) -> RecordingSink:
        return RecordingSink(path, sized, live_options(path, sized, os.cpu_count() or 1))

    return ThreadedSink(
        partial(output_size.open, opener, info),
        path.name,
        depth=queue_depth(info),
        on_drop=lambda _: missed.update([path.name]),
    )


def unused_path(path: Path) -> Path:
    """Return the path, or with ``-2``, ``-3``, ... added if a file or its unfinished part exists.

    >>> unused_path(Path("no-such-folder/out.mp4")).name
    'out.mp4'
    """
    return next(
        each for each in _numbered(path) if not (each.exists() or partial_of(each).exists())
    )


def keep_partial(path: Path, on_note: Callable[[str], None]) -> None:
    """Give what a crash left of a recording, which is playable, a name of its own.

    Args:
        path: file that was recorded to.
        on_note: called with the new name.

    Raises:
        SinkError: the file cannot be renamed.
    """
    partial_file = partial_of(path)
    if not partial_file.exists() or journal_of(path).exists():  # a conversion can be resumed
        return
    try:
        with Lock(path):
            kept = next(each for each in _numbered(path) if not each.exists())
            partial_file.rename(kept)
    except SinkError:  # another process records to it now
        return
    except OSError as error:
        raise cannot_write(partial_file, error) from error
    on_note(f"an interrupted run left {partial_file}: kept as {kept}")


def _numbered(path: Path) -> Iterator[Path]:
    """Yield ``out.mp4``, ``out-2.mp4``, ``out-3.mp4`` and so on."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
