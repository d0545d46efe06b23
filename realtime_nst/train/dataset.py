"""Training data: content photos and style images; batches depend on seed and step only."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from realtime_nst.errors import NstError, SourceError, TrainError
from realtime_nst.image_io.read import file_sha256, read_image
from realtime_nst.machine import usable_cores
from realtime_nst.models.registry import model_folders
from realtime_nst.nn.tensors import _to_bytes, resize, to_tensor
from realtime_nst.people.faces import face_mask
from realtime_nst.sources.images import PICTURES
from realtime_nst.train.recipe import Recipe, Schedule, StyleSource

HINT = "give a folder of photos: --content DIR"
CPU = torch.device("cpu")
MAX_CACHED_BYTES = 4e9
"""Maximum bytes of photos cached on a GPU: some ten thousand of 320x430."""


def bundled_photos() -> Path:
    """Return the folder of the few photos that are installed with the program.

    Raises:
        SourceError: it is missing.
    """
    for folder in model_folders():
        if (folder / "photos").is_dir():
            return folder / "photos"
    raise SourceError("the bundled photos are missing", HINT)


def open_photos(
    folder: Path | None, schedule: Schedule, device: torch.device = CPU, *, faces: bool = False
) -> "Photos":
    """List the images below a folder, in a fixed order; unreadable ones are skipped later.

    Args:
        folder: of photos, at any depth.
        schedule: of the training.
        device: the device that batches are made on.
        faces: mark faces in a fourth channel.

    Raises:
        SourceError: there is no such folder, or no image in it.
    """
    if folder is None or not folder.is_dir():
        message = f"there is no folder {folder}" if folder else "training needs content photos"
        raise SourceError(message, HINT)
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURES)
    if not found:
        raise SourceError(f"there are no images in {folder}", HINT)
    return Photos(found, schedule, {}, device, faces)


@dataclass(slots=True)
class Photos:
    """Random crops of content photos."""

    paths: list[Path]
    schedule: Schedule
    broken: dict[Path, str]
    """Unreadable photos, with the reason."""
    device: torch.device = CPU
    faces: bool = False
    """Whether ``batches`` have a fourth channel, 1 inside faces and 0 elsewhere."""
    kept: dict[Path, Tensor] = field(default_factory=dict)
    """Photos cached on a GPU as bytes; it crops and scales them faster than a CPU decodes them."""

    def batch(self, step: int) -> Tensor:
        """Return the batch of a step, the same on every call.

        Returns:
            (batch, 3, size, size) RGB in [0, 1].

        Raises:
            TrainError: no photo can be read.
        """
        return self._crops(step)[:, :3].contiguous(memory_format=torch.channels_last)

    def _crops(self, step: int) -> Tensor:
        """Return the batch of a step, with a channel of faces if they are marked."""
        rng = np.random.default_rng((self.schedule.seed, step))
        first = step * self.schedule.batch
        crops = [self._crop(first + number, rng) for number in range(self.schedule.batch)]
        return torch.cat(crops).contiguous(memory_format=torch.channels_last)

    def batches(self, start: int) -> Iterator[Tensor]:
        """Yield the batches from step ``start`` to the last, reading ahead in threads."""
        readers = max(1, usable_cores() // 2)
        with ThreadPoolExecutor(readers, thread_name_prefix="photos") as pool:
            steps = iter(range(start, self.schedule.steps))
            coming = deque(pool.submit(self._crops, step) for step in islice(steps, readers))
            while coming:
                ready = coming.popleft().result()
                coming.extend(pool.submit(self._crops, step) for step in islice(steps, 1))
                yield ready

    def _crop(self, position: int, rng: np.random.Generator) -> Tensor:
        """Crop the photo at a position of an endless shuffled list; the next one if unreadable."""
        for attempt in range(len(self.paths)):
            path = self._path_at(position + attempt)
            if path in self.broken:
                continue
            try:
                return random_crop(self._photo(path), self.schedule.size, rng)
            except NstError as error:
                self.broken[path] = str(error)
        raise TrainError(f"none of {len(self.paths)} photos can be read", HINT)

    def _photo(self, path: Path) -> Tensor:
        """Return a photo, (1, 3, h, w) RGB in [0, 1], or (1, 4, h, w) with the channel of faces."""
        if self.device == CPU:
            return self._read(path).float().div(255)
        photo = self.kept.get(path)
        if photo is None:
            photo = self._read(path).to(self.device)
            if sum(each.nbytes for each in list(self.kept.values())) < MAX_CACHED_BYTES:
                self.kept[path] = photo
        return photo.float().div(255)

    def _read(self, path: Path) -> Tensor:
        """Read a photo, as ``_photo`` but in bytes."""
        image = read_image(path)
        photo = _to_bytes(image)
        if not self.faces:
            return photo
        return torch.cat([photo, torch.from_numpy(face_mask(image))[None, None]], dim=1)

    def _path_at(self, position: int) -> Path:
        epoch, place = divmod(position, len(self.paths))
        order = np.random.default_rng((self.schedule.seed, epoch, 1)).permutation(len(self.paths))
        return self.paths[int(order[place])]


def random_crop(photo: Tensor, size: int, rng: np.random.Generator) -> Tensor:
    """Crop a square at a random scale and position, mirrored half of the time.

    Args:
        photo: (1, channels, h, w) in [0, 1].
        size: side of the square, in pixels.
        rng: source of randomness.
    """
    height, width = photo.shape[2:]
    smallest = size / min(height, width)
    scale = rng.uniform(smallest, max(1.0, smallest))
    photo = resize(photo, max(size, round(height * scale)), max(size, round(width * scale)))
    top = rng.integers(photo.shape[2] - size + 1)
    left = rng.integers(photo.shape[3] - size + 1)
    crop = photo[:, :, top : top + size, left : left + size]
    return crop.flip(3) if rng.random() < 0.5 else crop


def read_paintings(recipe: Recipe, folders: list[Path]) -> list[Tensor]:
    """Read the style image of each style.

    Args:
        recipe: with the styles.
        folders: searched for relative file names, in this order.

    Returns:
        One tensor per style, (1, 3, h, w) RGB in [0, 1], the short side as in the recipe.

    Raises:
        SourceError: an image is missing, unreadable or not the one named in the recipe.
    """
    return [_read_painting(style, folders) for style in recipe.styles]


def find_painting(style: StyleSource, folders: list[Path]) -> Path:
    """Return the style's image file.

    Raises:
        SourceError: it is missing, or not the one named in the recipe.
    """
    named = Path(style.picture)
    candidates = [named] if named.is_absolute() else [folder / named for folder in folders]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None and named.is_absolute():
        raise SourceError(f"cannot read {named}: there is no such file", "check the path")
    if path is None:
        tried = ", ".join(str(folder.absolute()) for folder in folders)
        message = f"cannot find {named}, which is named in the recipe, in {tried}"
        raise SourceError(message, "add --paintings FOLDER")
    if style.sha256 and file_sha256(path) != style.sha256:
        hint = "use the file that the recipe was made for, or remove sha256 from the recipe"
        raise SourceError(f"{path} is not the image named in the recipe: SHA-256 differs", hint)
    return path


def _read_painting(style: StyleSource, folders: list[Path]) -> Tensor:
    painting = to_tensor(read_image(find_painting(style, folders)))
    scale = style.size / min(painting.shape[2:])
    return resize(painting, *(round(side * scale) for side in painting.shape[2:]))
