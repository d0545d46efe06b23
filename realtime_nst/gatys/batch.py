"""Optimize all photos of a folder, as training targets or as references, with a manifest.

The manifest is written after each image, so that an interrupted run can be resumed.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from realtime_nst.errors import SinkError, SourceError, TrainError
from realtime_nst.files import make_folder, refuse_inputs, write_atomic
from realtime_nst.gatys.optimize import Iterate
from realtime_nst.gatys.session import GatysRun, GatysSession
from realtime_nst.image_io.decode import PICTURES
from realtime_nst.image_io.read import file_sha256, read_image

MANIFEST = "manifest.json"
"""File name of the manifest in the folder of results."""
FORMAT = 1
"""Version of the manifest's format."""


@dataclass(slots=True)
class Targets:
    """A folder of results and its manifest."""

    out: Path
    """The folder of results."""
    photos: list[Path]
    """Photos in processing order."""
    root: Path
    """The folder that the photos are in, at any depth."""
    made: dict[str, Any]
    """Settings of the run; see ``_recipe``."""
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Photo's name -> its entry in the manifest."""

    @property
    def manifest(self) -> Path:
        """Return the path of the manifest."""
        return self.out / MANIFEST

    def waiting(self) -> list[Path]:
        """Return the photos without a target, or changed since it was made."""
        return [photo for photo in self.photos if not self._is_done(photo)]

    def results(self) -> list[Path]:
        """Return the paths of all files that are written."""
        return [self.manifest, *(self._target(photo) for photo in self.photos)]

    def add(self, run: GatysRun, last: Iterate) -> Path:
        """Save a target and add it to the manifest.

        Args:
            run: the run of one photo of this folder.
            last: its last iterate.

        Returns:
            The path of the target.

        Raises:
            SinkError: a file cannot be written.
        """
        name, path = self._name(run.path), self._target(run.path)
        run.save(last, path)
        self.done[name] = {
            "photo": name,
            "photo_sha256": file_sha256(run.path),
            "target": path.relative_to(self.out).as_posix(),
            **last.record(),
        }
        self._write()
        return path

    def _target(self, photo: Path) -> Path:
        name = Path(self._name(photo))
        return self.out / name.with_suffix(f"{name.suffix}.png")

    def _is_done(self, photo: Path) -> bool:
        entry = self.done.get(self._name(photo))
        if entry is None or not (self.out / entry["target"]).is_file():
            return False
        try:
            return bool(entry["photo_sha256"] == file_sha256(photo))
        except OSError:  # reported when the target is made
            return False

    def _name(self, photo: Path) -> str:
        return photo.relative_to(self.root).as_posix()

    def _write(self) -> None:
        targets = [self.done[name] for name in sorted(self.done)]
        values = {"format": FORMAT, "made": self.made, "targets": targets}
        write_atomic(self.manifest, json.dumps(values, ensure_ascii=False, indent=1))


def open_targets(studio: GatysSession, folder: Path, out: Path) -> Targets:
    """Open a folder of targets; targets that are already in ``out`` are kept.

    Args:
        studio: the session to optimize with.
        folder: of photos, at any depth.
        out: the folder of results; created if missing.

    Raises:
        SourceError: there is no image in the folder, or a style, mask or initial image is
            unreadable.
        SinkError: ``out`` cannot be created, or is inside ``folder``.
        TrainError: the targets in ``out`` were made with other settings.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        message = f"cannot write to {out}: it is inside the folder of photos"
        raise SinkError(message, "choose another folder for the results")
    photos = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not photos:
        message = f"cannot read {folder}: there is no image in it"
        raise SourceError(message, f"add images with one of the suffixes {', '.join(PICTURES)}")
    make_folder(out)
    targets = Targets(out, photos, folder, _recipe(studio))
    refuse_inputs(targets.results(), [*photos, *studio.options.files()])
    if targets.manifest.is_file():
        targets.done = _read(targets.manifest, targets.made)
    return targets


def _recipe(studio: GatysSession) -> dict[str, Any]:
    """Return the settings that all targets of a folder must share."""
    options = studio.options
    made = {
        **studio.describe(),
        "styles_sha256": [_digest(style.path) for style in options.styles],
        "content_masks_sha256": _digests([style.where for style in options.styles]),
        "style_masks_sha256": _digests([style.part for style in options.styles]),
        "init_sha256": _digest(options.init) if options.init else None,
    }
    parsed: dict[str, Any] = json.loads(json.dumps(made))  # tuples become lists, as in the file
    return parsed


def _digests(paths: list[Path | None]) -> list[str | None] | None:
    """Return a digest per path, or None without any mask, as in manifests older than masks."""
    return [_digest(path) if path else None for path in paths] if any(paths) else None


def _digest(path: Path) -> str:
    read_image(path)  # it is used for every photo: fail before the first
    return file_sha256(path)


def _read(path: Path, made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    hint = "choose another folder by -o, or remove this one"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        entries = {entry["photo"]: entry for entry in values["targets"]}
        before = values["made"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainError(f"cannot read {path}: {error}", hint) from error
    changed = sorted(key for key in made if before.get(key) != made[key])
    if changed:
        message = f"cannot resume {path.parent}: it was made with other {', '.join(changed)}"
        raise TrainError(message, hint)
    return entries
