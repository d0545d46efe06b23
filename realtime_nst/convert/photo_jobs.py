"""Find the images to stylize, and the name of each result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from realtime_nst.errors import SinkError, SourceError
from realtime_nst.image_io.decode import PICTURES
from realtime_nst.image_io.sequence import NUMBER
from realtime_nst.image_io.write import FORMATS, refuse_ending
from realtime_nst.paths import refuse_device
from realtime_nst.sinks.images import refuse_clashes
from realtime_nst.sinks.video.codecs import PIPE
from realtime_nst.sources.images import numbered


@dataclass(frozen=True, slots=True)
class PhotoJob:
    """One image to stylize."""

    source: Path
    result: Path
    pipe_suffix: str = ".png"
    """File extension of the format that is written to standard output."""


def photo_jobs(
    sources: Sequence[Path], result: Path, *, recursive: bool = False, suffix: str | None = None
) -> list[PhotoJob]:
    """Return the jobs for the arguments of ``image``.

    Args:
        sources: images, folders of them, patterns such as ``*.jpg`` or ``%06d.png``, or ``-``.
        result: an image file or ``-`` for a single image; a folder, in which results are named
            after their sources; or a pattern with a number, ``%03d.png``.
        recursive: whether sub-folders are read, and created below the result.
        suffix: file extension of results in a folder, and of the format of a pipe; None keeps
            that of the source where it can be written, else takes ``.png``.

    Raises:
        SourceError: a folder or pattern has no image.
        SinkError: two results would have the same name, or an input would be overwritten.
    """
    single = len(sources) == 1 and not _is_several(sources[0])
    found = [pair for source in sources for pair in _expand(source, recursive)]
    names = [name for _, name in found]
    _check_suffix(result, suffix)
    results = _results(result, names, suffix, single=single)
    refuse_clashes(results, [path for path, _ in found])
    pairs = zip(found, results, strict=True)
    return [PhotoJob(path, target, suffix or ".png") for (path, _), target in pairs]


def job_in_folder(path: Path, name: Path, folder: Path, suffix: str | None = None) -> PhotoJob:
    """Return the job for an image whose result is in a folder.

    Args:
        path: the image.
        name: its path below the folder of the sources, which the result keeps.
        folder: the folder of the results.
        suffix: see ``photo_jobs``.
    """
    return PhotoJob(path, folder / name.with_suffix(suffix or _ending(name)))


def _check_suffix(result: Path, suffix: str | None) -> None:
    is_file = str(result) != PIPE and result.suffix.lower() in FORMATS and not result.is_dir()
    if suffix and is_file and result.suffix.lower() != suffix:
        hint = f"name it {result.with_suffix(suffix)}, or leave out --format and --preset"
        raise SinkError(f"cannot write {result} as {suffix[1:]}", hint)


def unread_folders(sources: Sequence[Path]) -> list[Path]:
    """Return the folders given whose sub-folders hold images."""
    folders = [source for source in sources if source.is_dir()]
    below = ((each, images_in(each, "**/*")) for each in folders)
    return [each for each, paths in below if any(path.parent != each for path in paths)]


def _results(
    result: Path, names: Sequence[Path], suffix: str | None, *, single: bool
) -> list[Path]:
    if NUMBER.search(result.name):
        return [result.with_name(_with_number(result.name, n)) for n in range(1, len(names) + 1)]
    is_file = str(result) == PIPE or (bool(result.suffix) and not result.is_dir())
    if is_file and not single:
        hint = f"give a folder instead, or {result.stem}-%06d{result.suffix}"
        raise SinkError(f"cannot write several images to {result}: it holds one", hint)
    if is_file:
        if str(result) != PIPE:
            refuse_device(result)
            refuse_ending(result)
        return [result]
    return [result / name.with_suffix(suffix or _ending(name)) for name in names]


def _with_number(name: str, number: int) -> str:
    return NUMBER.sub(lambda found: found[0] % number, name)


def _ending(name: Path) -> str:
    return name.suffix if name.suffix.lower() in FORMATS else ".png"


def _is_several(source: Path) -> bool:
    if str(source) == PIPE or source.is_file():
        return False
    return source.is_dir() or any(mark in source.name for mark in "*?[%")


def _expand(source: Path, recursive: bool) -> list[tuple[Path, Path]]:
    """Return the images of a source, each with the path that its result is named after."""
    if not _is_several(source):
        return [(source, Path("image.png" if str(source) == PIPE else source.name))]
    if source.is_dir():
        found = sorted(images_in(source, "**/*" if recursive else "*"))
        if not found:
            raise _no_images(source)
        return [(path, path.relative_to(source)) for path in found]
    if NUMBER.search(source.name):
        return [(path, Path(path.name)) for path in numbered(source)]
    matching = sorted(Path(path) for path in glob(str(source)))  # noqa: PTH207  (may be absolute)
    if not matching:
        raise SourceError(f"no file matches {source}", "check the folder and the pattern")
    return [(path, Path(path.name)) for path in matching]


def images_in(folder: Path, pattern: str) -> Iterator[Path]:
    """Return the images of a folder that match a pattern."""
    return (
        path
        for path in folder.glob(pattern)
        if path.suffix.lower() in PICTURES and ".partial" not in path.suffixes and path.is_file()
    )


def _no_images(folder: Path) -> SourceError:
    below = unread_folders([folder])
    hint = (
        "add --recursive to read its sub-folders"
        if below
        else f"extensions: {', '.join(sorted(PICTURES))}"
    )
    return SourceError(f"there is no image in {folder}", hint)
