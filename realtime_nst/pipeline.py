"""The pipeline of live video and of files: source, stylizer, sink."""

from collections.abc import Callable
from dataclasses import replace

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import Sink
from realtime_nst.sources import Source
from realtime_nst.stages import FILE, LIVE, QueuePolicy, StagePipeline, no_op
from realtime_nst.stats import StageTimer

FrameStylizer = Callable[[Frame], Frame]
"""A function that stylizes a frame: a network, the identity, a chain. Called on one thread."""


IDLE_SECONDS = 0.005
"""Seconds without a frame after which ``on_wait`` is called: key presses must not wait for a slow
style, and of several at once Qt reports only the last one."""
MAX_QUEUED_BYTES = 40_000_000
"""Bytes of frames in the queue between two stages of a file: four in Full HD, one in 4K."""


def never() -> bool:
    """Return False: the run ends with its source."""
    return False


def rest() -> None:
    """Do nothing while no frame arrives."""


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
    """Read every frame from the source, stylize it and write it to the sink.

    The source is read on one thread and the stylizer runs on another; the sink, ``on_frame`` and
    ``on_wait`` are called on the caller's. If the stylizer is too slow, live sources drop the
    oldest frame, and files wait. The caller closes source and sink.

    Args:
        source: an open source.
        stylize: returns the stylized frame.
        sink: an open sink.
        stopped: called after every frame, and while none arrives; True ends the run.
        on_frame: called with every frame that the sink has written.
        on_drop: called with every dropped frame, on the thread that dropped it.
        on_wait: called repeatedly while no frame arrives.
        stopwatch: measures the busy time of source (``source``), stylizer (``style``) and sink
            (``sink``).
    """
    watch = stopwatch or StageTimer()
    with StagePipeline(LIVE if source.live else queue_policy(source.info), on_drop) as stages:
        frames = stages.add_stage(watch.time_iterable("source", source), "source", patience=2.0)
        stylized = map(watch.time_calls("style", stylize), frames)
        write = watch.time_calls("sink", sink.write)
        for frame in stages.add_stage(stylized, "stylizer").iter_with_timeout(IDLE_SECONDS):
            if frame is None:
                on_wait()
            else:
                write(frame)
                on_frame(frame)
            if stopped():
                break


def queue_policy(info: StreamInfo) -> QueuePolicy:
    """Return the policy of files, with shorter queues for large frames."""
    size = 3 * info.width * info.height
    return replace(FILE, depth=max(1, min(FILE.depth, MAX_QUEUED_BYTES // size)))
