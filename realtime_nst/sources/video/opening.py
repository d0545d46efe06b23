"""Open a video file or pipe, and choose its main video stream."""

from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from realtime_nst.errors import SourceError
from realtime_nst.paths import is_device
from realtime_nst.pyav import file_url, open_input
from realtime_nst.sources.options import RawFormat

PIPE = "-"
"""Name of standard input, in any format that FFmpeg recognizes."""
PLAYLISTS = frozenset(("hls", "concat", "dash", "imf"))
"""Formats with data in other files, where positions do not show how much was read."""


def is_pipe(path: Path) -> bool:
    """Return whether a path can be read only once, like ``-`` or a named pipe."""
    return str(path) == PIPE or is_device(path)


def open_video(path: Path, raw: RawFormat | None) -> InputContainer:
    """Open a video.

    Args:
        path: the file, a named pipe, or ``PIPE``.
        raw: format of a pipe with raw video.

    Raises:
        SourceError: the video does not exist, or cannot be read.
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
        message = f"cannot read {path}: not a supported video ({error.strerror})"
        hint = "give a video such as .mp4, .mkv, .mov, .webm or .avi"
        raise SourceError(message, hint) from error


def _open_raw(path: Path, raw: RawFormat) -> InputContainer:
    layout = {"pixel_format": raw.pixels, "framerate": str(raw.rate)}
    try:
        options = {**layout, "video_size": f"{raw.width}x{raw.height}"}
        return open_input(_url(path), format="rawvideo", options=options)
    except av.FFmpegError as error:
        message = f"cannot read the pipe as {raw.pixels}: {error.strerror}"
        raise SourceError(message, "give --pix-fmt a name that ffmpeg -pix_fmts lists") from error


def _url(path: Path) -> str:
    return "pipe:0" if str(path) == PIPE else file_url(path)


def length_of(path: Path, container: InputContainer) -> int | None:
    """Return the size of a file in bytes; None if positions in it are meaningless."""
    elsewhere = PLAYLISTS & set(container.format.name.split(","))
    return path.stat().st_size if path.is_file() and not elsewhere else None


def choose_stream(path: Path | str, container: InputContainer) -> VideoStream:
    """Return the default video stream, else the largest one; cover images do not count.

    Raises:
        SourceError: there is no video stream.
    """
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [one for one in container.streams.video if not one.disposition & covers]
    if not streams:
        raise SourceError(f"{path} contains no video, only audio", "choose another file")
    known = [stream for stream in streams if stream.codec_context]
    if not known:
        message = f"cannot decode {path}: the codec of its video is unknown"
        raise SourceError(message, "convert it with the program that made it")
    return max(known, key=_rank)


def _rank(stream: VideoStream) -> tuple[bool, int]:
    return bool(stream.disposition & Disposition.default), stream.width * stream.height


def left_in_pipe(container: InputContainer, stream: VideoStream) -> str | None:
    """Return a note on the streams that cannot be copied from a pipe; None if there are none."""
    others = [one for one in container.streams if one.index != stream.index]
    names = ", ".join(f"{one.type} stream {one.index}" for one in others)
    note = f"dropped, since a pipe is read only once: {names}; read a file to keep them"
    return note if names else None
