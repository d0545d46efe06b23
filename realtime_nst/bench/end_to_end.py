"""Time the whole way of a frame: source, stylizer, sink."""

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
from realtime_nst.stylize.stylizer import Stylizer

SYNTHETIC = "synthetic:{}x{},30,{}"
STAGES = ("source", "style", "network", "sink")
FRAMES = 100_000
"""Of the synthetic source: more than any run takes."""


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """A run of the pipeline into nothing."""

    runner: RuntimeDescription
    source: str
    width: int
    height: int
    frames: int
    fps: float
    shares: dict[str, float]
    """By stage: at work for this part of the time; ``network`` is part of ``style``. Stages run
    side by side, so that they add up to more than 1; the one nearest to 1 sets the pace."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A session on a stopwatch."""

    run: Callable[..., object]


def synthetic(width: int, height: int) -> str:
    """The address of moving bars of a size."""
    return SYNTHETIC.format(width, height, FRAMES)


def run_whole(
    wanted: Sequence[BenchRequest], sources: Sequence[str], seconds: float, tier: str | None = None
) -> Iterator[EndToEnd]:
    """Run each model on each source, for so long or to the source's end."""
    for one, source in product(wanted, sources):
        with open_source(source) as opened:
            size = (opened.info.width, opened.info.height)
            yield _run(ModelUnderTest(one, size, tier), opened, seconds)


def _run(subject: ModelUnderTest, source: Source, seconds: float) -> EndToEnd:
    watch, frames = StageTimer(), 0
    # Of a session a stylizer needs nothing but to run it.
    timed = cast(Session, Timed(watch.time_calls("network", subject.session.run)))
    stylizer = Stylizer(timed, subject.choice.weight_array())

    def count(frame: object) -> None:
        nonlocal frames
        frames += 1

    subject.first_picture()
    began = perf_counter()
    run(
        source,
        stylizer,
        NullSink(source.info),
        # Also asked while no frame comes, as the first one may not on a busy machine.
        stopped=lambda: frames > 0 and perf_counter() - began >= seconds,
        on_frame=count,
        stopwatch=watch,
    )
    took = perf_counter() - began
    shares = {stage: round(watch.busy[stage] / took, 3) for stage in STAGES}
    fps = round(frames / took, 2)
    return EndToEnd(subject.runner, source.info.name, *subject.size, frames, fps, shares)
