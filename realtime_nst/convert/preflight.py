"""Check a conversion before its model is loaded: the input, the output and the encoder."""

import tempfile
from dataclasses import replace
from pathlib import Path

from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.transforms import output_info, transform
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


def check(job: Job, options: ConversionOptions) -> Size | None:
    """Check the input, the output path and the encoder.

    Returns:
        Height and width of the frames that the model gets; None if unknown before reading.

    Raises:
        SourceError: the input cannot be opened.
        SinkError: the result could not be written.
    """
    if is_pipe(job.source):  # a pipe can be opened only once
        return None
    whole = ReadOptions(skip_broken=options.reading.skip_broken, rate=options.reading.rate)
    info, *_ = open_all(job, replace(options, reading=whole))
    height, width = (round(side * options.shape.render_scale) for side in (info.height, info.width))
    return max(height, SMALLEST), max(width, SMALLEST)


def open_all(
    job: Job, options: ConversionOptions
) -> tuple[StreamInfo, StreamInfo, tuple[str, ...]]:
    """Open the input, and the result in a temporary folder.

    Returns:
        The streams of the input and of the result, and the notes of the sink.
    """
    with transform(open_source(job.source, options.reading), options.shape) as source:
        info = output_info(source.info, options.shape)
        _check_path(job.result, info)
        with tempfile.TemporaryDirectory() as folder:
            pipe = str(job.result) == PIPE
            path = Path(folder) / (f"pipe{PIPES[options.video.pipe]}" if pipe else job.result.name)
            try:
                with open_sink(path, info, options.video) as sink:
                    return source.info, info, sink.notes
            except SinkError as error:
                message = str(error).replace(str(path), str(job.result))
                raise SinkError(message, error.hint) from error


def _check_path(result: Path, info: StreamInfo) -> None:
    if str(result) == PIPE:
        return
    if is_pattern(result):
        check_file(numbered(result, 1))
        return
    refuse_input(result, info)
    check_file(result)
