"""Optimize all photos of a folder: pictures to train or to judge networks by, and a manifest.

The manifest is written after each picture, so that a run that was cut short goes on where it was.
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
FORMAT = 1


@dataclass(slots=True)
class Targets:
    """A folder of results and what is known of each."""

    out: Path
    photos: list[Path]
    """In the order they are done."""
    root: Path
    """The folder the photos lie in, perhaps below."""
    made: dict[str, Any]
    """How they are made, see ``_recipe``."""
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Photo's name -> its entry in the manifest."""

    @property
    def manifest(self) -> Path:
        return self.out / MANIFEST

    def waiting(self) -> list[Path]:
        """Photos without a target, or changed since theirs was made."""
        return [photo for photo in self.photos if not self._is_done(photo)]

    def results(self) -> list[Path]:
        """All files that are written."""
        return [self.manifest, *(self._target(photo) for photo in self.photos)]

    def add(self, painting: GatysRun, last: Iterate) -> Path:
        """Save a target and note it in the manifest; returns its path.

        Raises:
            SinkError: it cannot be written.
        """
        name, path = self._name(painting.path), self._target(painting.path)
        painting.save(last, path)
        self.done[name] = {
            "photo": name,
            "photo_sha256": file_sha256(painting.path),
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
        except OSError:  # whoever makes it again will see why
            return False

    def _name(self, photo: Path) -> str:
        return photo.relative_to(self.root).as_posix()

    def _write(self) -> None:
        targets = [self.done[name] for name in sorted(self.done)]
        values = {"format": FORMAT, "made": self.made, "targets": targets}
        write_atomic(self.manifest, json.dumps(values, ensure_ascii=False, indent=1))


def open_targets(studio: GatysSession, folder: Path, out: Path) -> Targets:
    """Begin, or go on with what is in ``out``.

    Raises:
        SourceError: there is no picture in the folder, or a style, mask or beginning is unreadable.
        SinkError: ``out`` cannot be made, or lies in the folder.
        TrainError: what is in ``out`` was made in another way.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise SinkError(f"{out} lies among the photos", "choose another place for the results")
    photos = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not photos:
        raise SourceError(f"there is no picture in {folder}", f"endings: {', '.join(PICTURES)}")
    make_folder(out)
    targets = Targets(out, photos, folder, _recipe(studio))
    refuse_inputs(targets.results(), [*photos, *studio.wishes.files()])
    if targets.manifest.is_file():
        targets.done = _read(targets.manifest, targets.made)
    return targets


def _recipe(studio: GatysSession) -> dict[str, Any]:
    """What must be the same for results to belong together."""
    wishes = studio.wishes
    made = {
        **studio.describe(),
        "styles_sha256": [_digest(style.path) for style in wishes.styles],
        "content_masks_sha256": _digests([style.where for style in wishes.styles]),
        "style_masks_sha256": _digests([style.part for style in wishes.styles]),
        "init_sha256": _digest(wishes.init) if wishes.init else None,
    }
    parsed: dict[str, Any] = json.loads(json.dumps(made))  # tuples become lists, as in the file
    return parsed


def _digests(paths: list[Path | None]) -> list[str | None] | None:
    """None where there are no masks at all, as in manifests that do not know of them."""
    return [_digest(path) if path else None for path in paths] if any(paths) else None


def _digest(path: Path) -> str:
    read_image(path)  # what goes with every photo had better fail before the first
    return file_sha256(path)


def _read(path: Path, made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    hint = "choose another -o, or remove the folder"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        entries = {entry["photo"]: entry for entry in values["targets"]}
        before = values["made"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainError(f"{path} cannot be read: {error}", hint) from error
    changed = sorted(key for key in made if before.get(key) != made[key])
    if changed:
        message = f"the targets in {path.parent} were made with other {', '.join(changed)}"
        raise TrainError(message, hint)
    return entries
