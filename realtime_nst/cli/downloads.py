"""Download the URLs among the inputs of a command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from realtime_nst.cli.messages import say
from realtime_nst.cli.progress import periodically
from realtime_nst.cli.signals import prompt_interrupts
from realtime_nst.sources.download import download, is_downloadable
from realtime_nst.urls import redact

PREFIX = "realtime-nst-"
"""Beginning of the name of the temporary folder."""
LINE_SECONDS = 5.0
"""Seconds between two lines about a download."""


@contextmanager
def local_files(sources: Sequence[str]) -> Iterator[list[Path]]:
    """Yield the inputs as paths; URLs are downloaded to a temporary folder, removed at the end.

    Raises:
        SourceError: a URL cannot be downloaded.
        MissingExtraError: a URL is a web page, and yt-dlp is not installed.
    """
    if not any(map(is_downloadable, sources)):
        yield [Path(source) for source in sources]
        return
    with TemporaryDirectory(prefix=PREFIX) as folder:
        with prompt_interrupts():
            files = [_local(each, Path(folder, str(at))) for at, each in enumerate(sources)]
        yield files


def _local(source: str, folder: Path) -> Path:
    """Return the path of an input; a download gets a folder of its own."""
    if not is_downloadable(source):
        return Path(source)
    folder.mkdir()
    say(f"downloading {redact(source)}")
    due = periodically(LINE_SECONDS)

    def show(done: int, total: int | None) -> None:
        if due():
            say(f"downloading: {_megabytes(done, total)}")

    path = download(source, folder, show)
    say(f"downloaded {path.name}, {_megabytes(path.stat().st_size)}")
    return path


def _megabytes(done: int, total: int | None = None) -> str:
    return f"{done / 1e6:.1f} of {total / 1e6:.1f} MB" if total else f"{done / 1e6:.1f} MB"
