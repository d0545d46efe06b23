"""Options of a conversion."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from realtime_nst.convert.transforms import OutputShape
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources.options import ReadOptions
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH


@dataclass(frozen=True, slots=True)
class ConversionOptions:
    """How every video of a run is converted."""

    reading: ReadOptions = field(default_factory=ReadOptions)
    shape: OutputShape = field(default_factory=OutputShape)
    video: VideoOptions = field(default_factory=VideoOptions)
    styles: Mapping[str, str] = field(default_factory=dict)
    """Description of the styles, from ``describe_styles``; a resumed run must have the same."""
    stabilization: float = DEFAULT_STRENGTH
    """Strength of the stabilizer, from 0 (off) to 1."""
    resume: bool = False
    """Whether to resume an interrupted conversion."""
