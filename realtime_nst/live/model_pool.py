"""Prepare models for frame sizes in the background, so that stylization never pauses.

Engines compile a model for one size at a time, which takes about a tenth of a second. Until a style
or a size is ready, the session continues with the previous one.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Protocol, Self

from realtime_nst.errors import NstError
from realtime_nst.frame import Image
from realtime_nst.live.adaptive_resolution import Size
from realtime_nst.live.render_config import RenderConfig

Paint = Callable[[Image, Mapping[int, float]], Image]
"""Stylizes an image, given the share of each style; a ``StyleMixer``, for example."""
MAX_PIXELS = 8_000_000
"""Pixels, over all prepared models and sizes, that stay ready: twelve styles at 640x480 with room
for twelve more sizes, and eight styles at 1280x720. Each pixel takes about 40 bytes."""


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
    """

    def __init__(
        self,
        paint: Paint,
        models: Sequence[SizedModel],
        names: Sequence[str],
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        self._paint, self._models, self._names = paint, models, names
        self._max_pixels = max_pixels
        self._ready: OrderedDict[Job, None] = OrderedDict()
        self._failed: dict[Job, NstError] = {}
        self._running: tuple[Job, Future[None]] | None = None
        self._present: RenderConfig | None = None
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
        missing = [job for job in self._jobs(config) if job not in self._ready]
        if missing:
            self.notice = self._describe(missing[0], config)
            self._start(job for job in missing if job not in self._failed)
            return None
        self.notice = ""
        for job in self._jobs(config):
            self._ready.move_to_end(job)
        if config == self._present:  # the first frame of a configuration has the machine to itself
            self._start(self._likely_next(config))
        self._present = config
        return self._paint

    @property
    def is_busy(self) -> bool:
        """Whether a model is being prepared, which takes time from the frames."""
        return self._running is not None

    def _jobs(self, config: RenderConfig) -> list[Job]:
        models = {id(self._models[style]): self._models[style] for style in sorted(config.styles)}
        return [Job(model, size) for model in models.values() for size in sorted(config.sizes())]

    def _start(self, jobs: Iterator[Job]) -> None:
        """Prepare the first of several jobs, unless another one is running."""
        if self._running is None and (job := next(jobs, None)):
            self._running = job, self._thread.submit(job.model.prepare, job.size)

    def _collect(self, config: RenderConfig) -> None:
        """Note whether a job has ended; make room, but keep what a configuration needs."""
        if self._running is None or not self._running[1].done():
            return
        (job, future), self._running = self._running, None
        error = future.exception()
        if isinstance(error, NstError):
            self._failed[job] = error
        elif error:
            raise error
        else:
            self._ready[job] = None
            present = self._jobs(self._present) if self._present else []
            self._make_room({job, *present, *self._jobs(config)})

    def _make_room(self, needed: set[Job]) -> None:
        for job in [job for job in self._ready if job not in needed]:
            if _pixels(self._ready) <= self._max_pixels:
                break
            del self._ready[job]
            job.model.release(job.size)

    def _likely_next(self, config: RenderConfig) -> Iterator[Job]:
        """Yield the styles around the present ones, as long as there is room for them."""
        width, height = config.size
        if config.tiles or _pixels(self._ready) + width * height > self._max_pixels:
            return
        around = sorted(range(len(self._models)), key=lambda style: self._distance(style, config))
        for style in around:
            job = Job(self._models[style], config.size)
            if job not in self._ready and job not in self._failed:
                yield job

    def _distance(self, style: int, config: RenderConfig) -> int:
        """Return how many keys a style is away from the nearest present one."""
        count = len(self._models)
        return min(min((style - each) % count, (each - style) % count) for each in config.styles)

    def _describe(self, job: Job, config: RenderConfig) -> str:
        if job in self._failed:
            return str(self._failed[job])
        known = any(ready.model is job.model for ready in self._ready)
        if known or config.tiles:
            width, height = config.size
            tiled = f"{config.tiles} tiles of " if config.tiles else ""
            return f"preparing {tiled}{width}x{height} ..."
        return f"preparing {self._names[self._models.index(job.model)]} ..."

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for the model that is being prepared, if any: this cannot be canceled."""
        self._thread.shutdown(cancel_futures=True)


def _pixels(jobs: Sequence[Job] | OrderedDict[Job, None]) -> int:
    return sum(job.size[0] * job.size[1] for job in jobs)
