"""What is checked of a conversion before a network is opened for it: everything else."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from realtime_nst.convert.jobs import Job
from realtime_nst.convert.transforms import announced, transform
from realtime_nst.errors import SinkError
from realtime_nst.files import check_file
from realtime_nst.frame import StreamInfo
from realtime_nst.inference.engines import Size
from realtime_nst.inference.inputs import SMALLEST
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.images import is_pattern, numbered
from realtime_nst.sinks.video.codecs import PIPE, PIPES
from realtime_nst.sinks.video.destination import refuse_input
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.opening import is_pipe

if TYPE_CHECKING:
    from realtime_nst.cli.videos import ConversionOptions


def check(job: Job, choices: "ConversionOptions") -> Size | None:
    """Check the input, the place of the result and how it is encoded.

    Returns:
        Height and width of the frames as the network gets them; None where only reading tells.

    Raises:
        SourceError: the input cannot be opened.
        SinkError: the result could not be written.
    """
    if is_pipe(job.source):  # it can be opened only once
        return None
    anything = ReadOptions(skip_broken=choices.reading.skip_broken, rate=choices.reading.rate)
    info, *_ = open_all(job, replace(choices, reading=anything))
    height, width = (round(side * choices.shape.render_scale) for side in (info.height, info.width))
    return max(height, SMALLEST), max(width, SMALLEST)


def open_all(
    job: Job, choices: "ConversionOptions"
) -> tuple[StreamInfo, StreamInfo, tuple[str, ...]]:
    """Open the input, and the result in a folder that goes again.

    Returns:
        What comes in, what goes out, and the notes of the sink.
    """
    with transform(open_source(job.source, choices.reading), choices.shape) as source:
        info = announced(source.info, choices.shape)
        _check_place(job.result, info)
        with tempfile.TemporaryDirectory() as folder:
            pipe = str(job.result) == PIPE
            place = Path(folder) / (f"pipe{PIPES[choices.video.pipe]}" if pipe else job.result.name)
            try:
                with open_sink(place, info, choices.video) as sink:
                    return source.info, info, sink.notes
            except SinkError as error:
                message = str(error).replace(str(place), str(job.result))
                raise SinkError(message, error.hint) from error


def _check_place(result: Path, info: StreamInfo) -> None:
    if str(result) == PIPE:
        return
    if is_pattern(result):
        check_file(numbered(result, 1))
        return
    refuse_input(result, info)
    check_file(result)
