"""Prepare models for frame sizes in the background, so that stylization never pauses.

Engines compile a model for one size at a time, which takes about a tenth of a second. Until a style
or a size is ready, the session continues with the previous one.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, Protocol, Self

from realtime_nst.errors import NstError
from realtime_nst.frame import Image
from realtime_nst.live.adaptive_resolution import Size
from realtime_nst.live.render_config import RenderConfig

Paint = Callable[[Image, Mapping[int, float]], Image]
"""Stylizes an image, given the share of each style; a ``StyleMixer``, for example."""
MAX_PIXELS, MAX_READY = 8_000_000, 16
"""Pixels over all prepared models and sizes, and their number, that stay ready: twelve styles at
640x480, eight at 1280x720. Each pixel takes about 40 bytes, and each model two threads."""

NEIGHBORS, SETTLED_FRAMES = 2, 150
"""Number of styles to prepare at once for a new configuration, which may soon be replaced by
another size; and number of its frames after which all others follow."""


class SizedModel(Protocol):
    """A model that must be prepared for each frame size, for example a ``LazySession``."""

    def prepare(self, size: Size) -> None:
        """Make the model ready for a width and height. Called on the pool's thread."""
        ...

    def release(self, size: Size) -> None:
        """Free the memory of a width and height."""
        ...


class Job(NamedTuple):
    """A model to prepare for a width and height."""

    model: SizedModel
    size: Size


class ModelPool:
    """Prepares models on a thread of its own.

    ``get`` is called on one other thread; ``notice`` may be read, and the pool closed, on any.

    Args:
        paint: stylizes images with the models that are ready.
        models: model of each style; styles of one model share the object.
        names: name of each style.
        max_pixels: see ``MAX_PIXELS``.
        max_ready: see ``MAX_READY``.
        settled_frames: see ``SETTLED_FRAMES``.
    """

    def __init__(
        self,
        paint: Paint,
        models: Sequence[SizedModel],
        names: Sequence[str],
        max_pixels: int = MAX_PIXELS,
        max_ready: int = MAX_READY,
        settled_frames: int = SETTLED_FRAMES,
    ) -> None:
        self._paint, self._models, self._names = paint, models, names
        self._max_pixels, self._max_ready = max_pixels, max_ready
        self._ready: OrderedDict[Job, None] = OrderedDict()
        self._failed: dict[Job, NstError] = {}
        self._started: dict[Job, Future[None]] = {}
        self._present: RenderConfig | None = None
        self._settled_frames = settled_frames
        self._frames = 0  # of the present configuration
        self._thread = ThreadPoolExecutor(1, "model-pool")
        self.notice = ""
        """What the session is waiting for, or why it will wait in vain, human-readable."""

    def prepare(self, config: RenderConfig) -> None:
        """Make a configuration ready on the caller's thread, before the first frame.

        Raises:
            NstError: a model cannot be opened.
        """
        for job in self._jobs(config):
            job.model.prepare(job.size)
            self._ready[job] = None

    def get(self, config: RenderConfig) -> Paint | None:
        """Return the function for a configuration, or None while it is not ready. Never waits."""
        self._collect(config)
        jobs = self._jobs(config)
        missing = [job for job in jobs if job not in self._ready]
        self.notice = self._describe(missing, config) if missing else ""
        if missing:
            self._start([job for job in missing if job not in self._failed])
            return None
        for job in jobs:
            self._ready.move_to_end(job)
        self._frames = self._frames + 1 if config == self._present else 0
        self._present = config
        if self._frames:  # the first one has the machine to itself
            self._start(list(islice(self._likely_next(config), 1)))
        return self._paint

    @property
    def is_busy(self) -> bool:
        """Whether a model is being prepared, which takes time from the frames."""
        return bool(self._started)

    def _jobs(self, config: RenderConfig) -> list[Job]:
        models = {id(self._models[style]): self._models[style] for style in sorted(config.styles)}
        return [Job(model, config.model_size) for model in models.values()]

    def _start(self, jobs: Sequence[Job]) -> None:
        """Prepare some models, in place of those that nobody waits for any more."""
        for job in [job for job in self._started if job not in jobs]:
            if self._started[job].cancel():
                del self._started[job]
        for job in jobs:
            if job not in self._started:
                self._started[job] = self._thread.submit(job.model.prepare, job.size)

    def _collect(self, config: RenderConfig) -> None:
        """Take what has been prepared; make room, but keep what a configuration needs."""
        done = [job for job, future in self._started.items() if future.done()]
        for job in done:
            error = self._started.pop(job).exception()
            if isinstance(error, NstError):
                self._failed[job] = error
            elif error:
                raise error
            else:
                self._ready[job] = None
        if done:
            present = self._jobs(self._present) if self._present else []
            self._make_room({*done, *present, *self._jobs(config)})

    def _make_room(self, needed: set[Job]) -> None:
        for job in [job for job in self._ready if job not in needed]:
            if self._has_room(0, 0):
                break
            del self._ready[job]
            job.model.release(job.size)

    def _has_room(self, models: int, pixels: int) -> bool:
        """Return whether so many more models of so many pixels in total may stay ready."""
        ready = sum(width * height for _, (width, height) in self._ready)
        return ready + pixels <= self._max_pixels and len(self._ready) + models <= self._max_ready

    def _likely_next(self, config: RenderConfig) -> Iterator[Job]:
        """Yield the styles around the present ones, as long as there is room for them."""
        width, height = config.size
        if config.tiles or not self._has_room(1, width * height):
            return
        around = sorted(range(len(self._models)), key=lambda style: self._distance(style, config))
        soon = len(config.styles) + NEIGHBORS
        for style in around[: soon if self._frames < self._settled_frames else None]:
            job = Job(self._models[style], config.size)
            if job not in self._ready and job not in self._failed:
                yield job

    def _distance(self, style: int, config: RenderConfig) -> int:
        """Return how many keys a style is away from the nearest present one."""
        count = len(self._models)
        return min(min((style - each) % count, (each - style) % count) for each in config.styles)

    def _describe(self, missing: Sequence[Job], config: RenderConfig) -> str:
        """Say what is missing: a size of a style that is known, tiles, or a style."""
        job = missing[0]
        if job in self._failed:
            return str(self._failed[job])
        if config.tiles:
            count = len(self._jobs(config))
            return f"preparing tiles: {count - len(missing)} of {count} ..."
        if any(ready.model is job.model for ready in self._ready):
            return f"preparing {config.size[0]}x{config.size[1]} ..."
        return f"preparing {self._names[self._models.index(job.model)]} ..."

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for the model that is being prepared, if any: this cannot be canceled."""
        self._thread.shutdown(cancel_futures=True)
