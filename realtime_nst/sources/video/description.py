"""What a video file's container says of it, beyond its frames."""

from dataclasses import dataclass
from pathlib import Path

import av

from realtime_nst.pyav import file_url, open_input, readable
from realtime_nst.sources.video.opening import choose_stream


@dataclass(frozen=True, slots=True)
class ContainerInfo:
    """Properties of a video file."""

    format: str
    """FFmpeg's description of the format."""
    seconds: float
    """Duration; 0 if unknown."""
    codec: str
    pixels: str
    """FFmpeg's name of the pixel format."""
    audio: tuple[str, ...]
    """Codec of each audio stream."""
    comment: str


def describe_container(path: Path) -> ContainerInfo:
    """Read a video file's container.

    Raises:
        SourceError: it has no video.
    """
    with open_input(file_url(path)) as file:
        video = choose_stream(path, file).codec_context
        audio = (stream.codec_context for stream in file.streams.audio)
        tags = {name.lower(): readable(text) for name, text in file.metadata.items()}
        return ContainerInfo(
            file.format.long_name,
            float(file.duration / av.time_base) if file.duration else 0.0,
            video.codec.canonical_name,
            video.pix_fmt or "",
            tuple(each.codec.canonical_name if each else "unknown" for each in audio),
            tags.get("comment", ""),
        )
