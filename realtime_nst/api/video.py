"""The function ``stylize_video``: a video file, through the converter of the command ``video``."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike, fspath
from pathlib import Path
from time import perf_counter

from realtime_nst.convert.converter import RunCallbacks, convert
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.preflight import check
from realtime_nst.convert.styles import describe_styles
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.inference.options import AUTO, InferenceOptions
from realtime_nst.provenance import without_folders
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources.options import ReadOptions
from realtime_nst.stats import FrameStats
from realtime_nst.stylize.controls import StrokeSize, StyleControls
from realtime_nst.stylize.loading import open_timeline
from realtime_nst.stylize.masked import check_area
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

IMAGES_PER_SECOND = Fraction(25)
"""Frame rate of a video made of images, as the command ``video`` uses it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a conversion."""

    frames: int
    """Number of frames written so far."""
    total: int | None
    """Number of frames of the video; None if the container does not tell."""
    fps: float
    """Frames per second of the last frames."""

    def __str__(self) -> str:
        """Return ``240 of 1800 frames, 24.0 fps``."""
        total = "" if self.total is None else f" of {self.total}"
        return f"{self.frames}{total} frames, {self.fps:.1f} fps"


@dataclass(frozen=True, slots=True)
class VideoResult:
    """Result of ``stylize_video``."""

    path: Path
    frames: int
    """Number of frames written by this call."""
    seconds: float
    notes: tuple[str, ...]
    """What could not be kept as it was, one line each."""


def stylize_video(
    source: str | PathLike[str],
    result: str | PathLike[str],
    *,
    style: str | Mapping[float, str],
    fade: float = 0.5,
    stabilize: float = DEFAULT_STRENGTH,
    start: float = 0.0,
    end: float | None = None,
    size: tuple[int, int] | None = None,
    strength: float = 1.0,
    keep_colors: bool = False,
    palette: float = 1.0,
    stroke_size: StrokeSize = 1.0,
    mask: str | None = None,
    fps: float | Fraction | None = None,
    codec: str | None = None,
    crf: int | None = None,
    audio: bool = True,
    resume: bool = False,
    tier: str | None = None,
    device: str = AUTO,
    precision: str = AUTO,
    threads: int | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> VideoResult:
    """Stylize a video file; timestamps, audio and other streams are kept.

    The result gets its name once it is complete. An exception raised by ``on_progress`` stops the
    conversion; with ``resume`` another call continues it.

    Args:
        source: the video file, a folder of images, or numbered images (``"frames/%06d.png"``).
        result: the video file to write (``.mp4``, ``.mov``, ``.mkv``, ``.webm``, ``.avi``,
            ``.gif``, ...), or numbered images.
        style: a style name as for ``Stylizer``, or style names by the second from which each is
            used: ``{0: "starry-night", 5: "the-scream"}``.
        fade: seconds from one style to the next; 0 cuts.
        stabilize: strength of the stabilizer against flicker, from 0 (off) to 1.
        start: second of the input to start at.
        end: second of the input to end at; None converts to its end.
        size: width and height of the result; 0 for one of them keeps the aspect ratio.
        strength: see ``Stylizer.__call__``; so are the next three.
        keep_colors: whether only the luminance is stylized.
        palette: share of the style's colors.
        stroke_size: size of the strokes.
        mask: area to stylize, ``"person"`` or ``"background"``; None stylizes all of a frame.
        fps: constant frame rate; None keeps the timestamps of the input.
        codec: ``"h264"``, ``"hevc"``, ``"av1"``, ``"vp9"``, ``"prores"``, ``"ffv1"``, ...; None
            uses the usual one for the file type.
        crf: quality of the encoder; lower is better.
        audio: whether audio is kept.
        resume: continue an interrupted conversion that had the same options.
        tier: see ``Stylizer``.
        device: see ``Stylizer``.
        precision: see ``Stylizer``.
        threads: see ``Stylizer``.
        on_progress: called after each frame, on the thread of the caller.

    Returns:
        The path, the number of frames, the duration of the conversion and the notes.

    Raises:
        SourceError: the input cannot be read.
        SinkError: the result cannot be written.
        ImageError: a control is out of range, or there is no such area.
        ModelError: a style does not exist.
        DeviceError: the device does not run.

    Example:
        >>> stylize_video("in.mp4", "out.mp4", style="great-wave", on_progress=print)
    """
    check_area(mask)
    controls = StyleControls(strength, keep_colors, palette, stroke_size)
    began, notes, stats = perf_counter(), list[str](), FrameStats()
    styles = _timed(style)
    inference = InferenceOptions(tier, device, precision, threads)
    description = describe_styles(
        styles.values(), _spelled(styles), Fraction(str(fade)), tier, stabilize
    )
    options = ConversionOptions(
        _reading(start, end, fps, notes.append),
        OutputShape(size, _fraction(fps), mask=mask, controls=controls),
        VideoOptions(codec, crf, audio=audio),
        description,
        stabilize,
        resume,
    )
    job = Job(Path(fspath(source)), Path(fspath(result)))

    @contextmanager
    def running(info: StreamInfo) -> Iterator[RunCallbacks]:
        def on_frame(frame: Frame) -> None:
            stats.record(frame)
            if on_progress:
                on_progress(Progress(stats.frames, info.frames, stats.fps))

        yield RunCallbacks(on_frame)

    timeline, _ = open_timeline(styles, Fraction(str(fade)), inference, check(job, options))
    convert(job, options, timeline, on_note=notes.append, running=running)
    return VideoResult(job.result, stats.frames, perf_counter() - began, tuple(notes))


def _timed(style: str | Mapping[float, str]) -> dict[Fraction, str]:
    if isinstance(style, str):
        return {Fraction(0): style}
    return {Fraction(str(start)): name for start, name in sorted(style.items())}


def _spelled(styles: Mapping[Fraction, str]) -> str:
    """Return the styles as the command line spells them."""
    names = ((start, without_folders(name)) for start, name in styles.items())
    return " ".join(f"{name}@{float(start):g}s" if start else name for start, name in names)


def _reading(
    start: float, end: float | None, fps: float | Fraction | None, on_note: Callable[[str], None]
) -> ReadOptions:
    rate = _fraction(fps) or IMAGES_PER_SECOND
    return ReadOptions(Fraction(str(start)), _fraction(end), on_note=on_note, rate=rate)


def _fraction(value: float | Fraction | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))
