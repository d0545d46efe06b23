"""Benchmark the whole pipeline: source, stylizer and sink."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from time import perf_counter
from typing import cast

from realtime_nst.bench.subject import BenchRequest, ModelUnderTest, RuntimeDescription
from realtime_nst.inference.session import Session
from realtime_nst.pipeline import run
from realtime_nst.sinks.null import NullSink
from realtime_nst.sources import Source, open_source
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.stylizer import SessionStylizer

SYNTHETIC = "synthetic:{}x{},30,{}"
STAGES = ("source", "style", "network", "sink")
FRAMES = 100_000
"""Number of frames of the synthetic source: more than any run needs."""


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """Result of a run of the pipeline with a sink that discards frames."""

    runner: RuntimeDescription
    source: str
    width: int
    height: int
    frames: int
    fps: float
    shares: dict[str, float]
    """Share of the time that each stage is busy; ``network`` is part of ``style``. Stages run in
    parallel, so the shares add up to more than 1; the stage closest to 1 is the bottleneck."""


@dataclass(frozen=True, slots=True)
class TimedSession:
    """Session whose calls are timed."""

    run: Callable[..., object]


def synthetic(width: int, height: int) -> str:
    """Return the address of a synthetic source of a size."""
    return SYNTHETIC.format(width, height, FRAMES)


def run_whole(
    wanted: Sequence[BenchRequest], sources: Sequence[str], seconds: float, tier: str | None = None
) -> Iterator[EndToEnd]:
    """Run each model on each source.

    Args:
        wanted: models to benchmark.
        sources: addresses of sources.
        seconds: duration of each run, which ends earlier at the end of its source.
        tier: tier of styles that several models have.
    """
    for one, source in product(wanted, sources):
        with open_source(source) as opened:
            size = (opened.info.width, opened.info.height)
            yield _run(ModelUnderTest(one, size, tier), opened, seconds)


def _run(subject: ModelUnderTest, source: Source, seconds: float) -> EndToEnd:
    watch, frames = StageTimer(), 0
    # A stylizer uses only the method `run` of a session.
    timed = cast(Session, TimedSession(watch.time_calls("network", subject.session.run)))
    stylizer = SessionStylizer(timed, subject.choice.weight_array())

    def count(_frame: object) -> None:
        nonlocal frames
        frames += 1

    subject.time_first_frame()
    started = perf_counter()
    run(
        source,
        stylizer,
        NullSink(source.info),
        # Also called while no frame arrives; on a busy machine the first one may be late.
        stopped=lambda: frames > 0 and perf_counter() - started >= seconds,
        on_frame=count,
        stopwatch=watch,
    )
    elapsed = perf_counter() - started
    shares = {stage: round(watch.busy[stage] / elapsed, 3) for stage in STAGES}
    fps = round(frames / elapsed, 2)
    return EndToEnd(subject.runner, source.info.name, *subject.size, frames, fps, shares)
