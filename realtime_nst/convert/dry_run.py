"""Find out what a conversion would do, without a network and without a result."""

from dataclasses import dataclass

from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.preflight import open_all
from realtime_nst.frame import StreamInfo


@dataclass(frozen=True, slots=True)
class DryRun:
    """What one job would do."""

    source: StreamInfo
    result: StreamInfo
    notes: tuple[str, ...]


def dry_run(job: Job, options: ConversionOptions) -> DryRun:
    """Open the input, and the result in a temporary folder.

    Raises:
        SourceError: the input cannot be opened.
        SinkError: the result could not be written.
    """
    source, result, notes = open_all(job, options)
    return DryRun(source, result, (*source.notes, *notes))


def describe_stream(info: StreamInfo) -> str:
    """Return size, frame rate and number of frames: ``640x480, 25 fps, 50 frames``."""
    rate = f", {float(info.rate):.5g} fps" if info.rate else ""
    frames = f", {info.frames} frames" if info.frames else ""
    return f"{info.width}x{info.height}{rate}{frames}"
