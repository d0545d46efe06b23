"""Open a video file or pipe, and choose what to decode of it."""

from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from realtime_nst.errors import SourceError
from realtime_nst.files import is_device
from realtime_nst.pyav import file_url, open_input
from realtime_nst.sources.options import RawFormat

PIPE = "-"
"""The name of standard input: a film comes in, in whatever FFmpeg recognizes as it comes."""
PLAYLISTS = frozenset(("hls", "concat", "dash", "imf"))
"""Formats whose data lies in other files, so that no position says how far a reader has got."""


def is_pipe(path: Path) -> bool:
    """Return whether a path can be opened and read only once, as ``-`` or a named pipe."""
    return str(path) == PIPE or is_device(path)


def open_video(path: Path, raw: RawFormat | None) -> InputContainer:
    """Open a video.

    Args:
        path: of a file, a named pipe, or ``PIPE``.
        raw: what a pipe holds that does not say so itself.

    Raises:
        SourceError: it is not there, or cannot be read.
    """
    if raw and is_pipe(path):
        return _open_raw(path, raw)
    try:
        return open_input(_url(path))
    except av.FileNotFoundError as error:
        raise SourceError(f"there is no {path}", "check the path") from error
    except av.PermissionError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", f"chmod u+r {path}") from error
    except av.FFmpegError as error:
        message = f"{path} is not a video that can be read: {error.strerror}"
        raise SourceError(message, "videos are e.g. .mp4, .mkv, .mov, .webm or .avi") from error


def _open_raw(path: Path, raw: RawFormat) -> InputContainer:
    told = {"pixel_format": raw.pixels, "framerate": str(raw.rate)}
    try:
        options = {**told, "video_size": f"{raw.width}x{raw.height}"}
        return open_input(_url(path), format="rawvideo", options=options)
    except av.FFmpegError as error:
        message = f"the pipe cannot be read as {raw.pixels}: {error.strerror}"
        raise SourceError(message, "ffmpeg -pix_fmts lists what --pix-fmt takes") from error


def _url(path: Path) -> str:
    return "pipe:0" if str(path) == PIPE else file_url(path)


def length_of(path: Path, container: InputContainer) -> int | None:
    """Return how many bytes a file has; None where positions in it say nothing."""
    elsewhere = PLAYLISTS & set(container.format.name.split(","))
    return path.stat().st_size if path.is_file() and not elsewhere else None


def choose_stream(path: Path, container: InputContainer) -> VideoStream:
    """Return the default video stream, else the largest one, that is no cover image.

    Raises:
        SourceError: there is none.
    """
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [one for one in container.streams.video if not one.disposition & covers]
    if not streams:
        raise SourceError(f"{path} has no video in it, only sound", "choose another file")
    known = [stream for stream in streams if stream.codec_context]
    if not known:
        message = f"{path} has video that cannot be decoded: its codec is unknown"
        raise SourceError(message, "convert it with the program that made it")
    return max(known, key=_rank)


def _rank(stream: VideoStream) -> tuple[bool, int]:
    return bool(stream.disposition & Disposition.default), stream.width * stream.height


def left_in_pipe(container: InputContainer, stream: VideoStream) -> str | None:
    """Return a note about what cannot be copied from a pipe, which is read once; None: nothing."""
    others = [one for one in container.streams if one.index != stream.index]
    names = ", ".join(f"{one.type} track {one.index}" for one in others)
    return f"a pipe is read only once: {names} left out; give a file to keep" if names else None
