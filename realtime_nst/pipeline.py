"""The one pipeline, for live pictures and for files: source, stylizer, sink."""

from collections.abc import Callable
from dataclasses import replace

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import Sink
from realtime_nst.sources import Source
from realtime_nst.stages import FILE, LIVE, QueuePolicy, StagePipeline, no_op
from realtime_nst.stats import StageTimer

FrameStylizer = Callable[[Frame], Frame]
"""Anything of this shape is a style: a network, the identity, a chain. Called on one thread."""


IDLE_SECONDS = 0.01
"""Seconds without a frame after which something else is done: a key that was pressed must not wait
for a slow style."""
MAX_QUEUED_BYTES = 40_000_000
"""Bytes of pictures that may wait between two stages: four of Full HD, one of 4K."""


def never() -> bool:
    """For a run that only ends with its source."""
    return False


def rest() -> None:
    """For a run that has nothing else to do."""


def run(
    source: Source,
    stylize: FrameStylizer,
    sink: Sink,
    *,
    stopped: Callable[[], bool] = never,
    on_frame: Callable[[Frame], None] = no_op,
    on_drop: Callable[[Frame], None] = no_op,
    on_wait: Callable[[], None] = rest,
    stopwatch: StageTimer | None = None,
) -> None:
    """Move every frame from the source through the style into the sink.

    The source is read on one thread and the style runs on another; the sink, ``on_frame`` and
    ``on_wait`` are called on the caller's. Live sources drop the oldest frame when the style is too
    slow, files wait. Source and sink belong to the caller, who closes them.

    Args:
        source: opened.
        stylize: makes a new frame of a frame.
        sink: opened.
        stopped: asked after every frame, and while none comes; True ends the run.
        on_frame: told of every frame the sink has taken.
        on_drop: told of every frame that was dropped, on the thread that dropped it.
        on_wait: called again and again while no frame comes.
        stopwatch: measures how long the source, the style and the sink are at work.
    """
    watch = stopwatch or StageTimer()
    with StagePipeline(LIVE if source.live else queue_policy(source.info), on_drop) as line:
        frames = line.add_stage(watch.time_iterable("source", source), "source", patience=2.0)
        painted = map(watch.time_calls("style", stylize), frames)
        write = watch.time_calls("sink", sink.write)
        for frame in line.add_stage(painted, "stylizer").iter_with_timeout(IDLE_SECONDS):
            if frame is None:
                on_wait()
            else:
                write(frame)
                on_frame(frame)
            if stopped():
                break


def queue_policy(info: StreamInfo) -> QueuePolicy:
    """That of files, with fewer frames in a box where they are large."""
    size = 3 * info.width * info.height
    return replace(FILE, depth=max(1, min(FILE.depth, MAX_QUEUED_BYTES // size)))
