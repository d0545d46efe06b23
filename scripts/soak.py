"""Soak test of the live pipeline: frame rate, latency, memory and threads.

The camera is a process of its own that serves a looped clip as MJPEG over HTTP and draws the time
into every picture; the age of a frame is read back from its pixels when it reaches the sink, so
everything in between counts: coding, network, OpenCV, waiting, painting.

    python scripts/soak.py --style udnie --clip CLIP.mp4       # ten minutes
    python scripts/soak.py --style identity --minutes 0.5 --pull 3           # camera pulled out
    python scripts/soak.py --sink OUT.mp4 --sink http://127.0.0.1:0/       # all at once
    python scripts/soak.py --style identity --cycles 200                     # opened and closed

The exit code is 1 if a limit was missed.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from pulling import Camera, Pulls  # noqa: E402
from vitals import files, megabytes, milliseconds, names, natives, quantile, rate, say  # noqa: E402

from realtime_nst.cli.parsing import parse_full_size  # noqa: E402
from realtime_nst.frame import Frame, StreamInfo  # noqa: E402
from realtime_nst.inference.options import InferenceOptions  # noqa: E402
from realtime_nst.live.adaptive_resolution import AdaptiveResolution, sizes  # noqa: E402
from realtime_nst.live.model_pool import ModelPool  # noqa: E402
from realtime_nst.live.outputs import is_recording  # noqa: E402
from realtime_nst.live.recordings import open_recording, unused_path  # noqa: E402
from realtime_nst.live.settings import LiveSettings  # noqa: E402
from realtime_nst.live.styles import find_styles, open_styles  # noqa: E402
from realtime_nst.live.stylizer import LiveStylizer  # noqa: E402
from realtime_nst.pipeline import FrameStylizer, run  # noqa: E402
from realtime_nst.sinks import open_sink  # noqa: E402
from realtime_nst.sinks.http import STREAM, HttpSink  # noqa: E402
from realtime_nst.sinks.tee import Tee  # noqa: E402
from realtime_nst.sources.live import open_live  # noqa: E402
from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH  # noqa: E402
from tests.helpers import onnx_models, timestamp_overlay  # noqa: E402

WARM = 3.0
"""Seconds at the start that are not measured."""
FLAT, LONG = 1.0, 3.0
"""Maximum growth of memory in megabytes per minute, and minutes after which it is checked."""
HONEST = 15
"""Milliseconds by which the age in the window may differ from the true one, in the median."""
VIEWER = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as stream:
    while stream.read(65536):
        pass
"""


@dataclass
class Gauge:
    """A sink that reads the time in each picture."""

    ages: list[float] = field(default_factory=list)
    """Seconds, of every new picture."""
    times: list[float] = field(default_factory=list)
    """When it came."""
    repeated: int = 0
    """Pictures that stood in while the camera was away."""
    told: list[float] = field(default_factory=list)
    """Seconds by which the age that the window tells differs from the true one."""
    unread: int = 0
    """Pictures whose time the style made unreadable."""
    dropped: int = 0
    last: int | None = None
    notes: tuple[str, ...] = ()

    def write(self, frame: Frame) -> None:
        """Note how old it is."""
        moment = timestamp_overlay.read(frame.image)
        if moment is None:
            self.unread += 1
        elif moment == self.last:
            self.repeated += 1
        else:
            self.ages.append(timestamp_overlay.age(moment))
            self.times.append(time.perf_counter())
            self.told.append(self.times[-1] - frame.captured_at - self.ages[-1])
        self.last = moment

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing to close."""


class Report:
    """Prints a line every now and then; keeps what is needed for the verdict."""

    def __init__(self, gauge: Gauge, every: float) -> None:
        self._gauge, self._every, self._next = gauge, every, every
        self._seen = 0
        self.memory: list[tuple[float, float]] = []
        """Minutes and megabytes."""

    def __call__(self, now: float) -> None:
        """Print a line, if it is due."""
        if now < self._next:
            return
        self._next += self._every
        ages, times = self._gauge.ages[self._seen :], self._gauge.times[self._seen :]
        self._seen = len(self._gauge.ages)
        size = megabytes()
        self.memory.append((now / 60, size))
        numbers = f"{rate(times, longest=1.0):5.1f} fps  age {milliseconds(ages)} ms"
        threads = f"{threading.active_count()} threads ({natives()} of the system)"
        say(f"{now:5.0f} s  {numbers}  {self._gauge.dropped} dropped  {size:.0f} MB  {threads}")

    def growth(self) -> float:
        """Megabytes a minute, without the first fifth."""
        late = self.memory[len(self.memory) // 5 :]
        if len(late) < 3:
            return 0.0
        minutes, sizes = zip(*late, strict=True)
        return float(np.polyfit(minutes, sizes, 1)[0])


def soak(options: argparse.Namespace) -> bool:
    """Run for the given time; whether all limits were kept."""
    camera, gauge = Camera(options), Gauge()
    seconds = 60 * options.minutes
    away = [seconds * (turn + 1) / (options.pull + 1) for turn in range(options.pull)]
    pulls, report = Pulls(camera, away), Report(gauge, min(10.0, seconds / 6))

    def due(now: float) -> bool:
        pulls(now, len(gauge.ages))
        report(now)
        return bool(now >= seconds)

    with painter(options) as stylize:
        before = megabytes()
        play(camera.url, stylize, gauge, options.sink, due)
    camera.pull()
    return verdict(options, gauge, report, pulls, before)


def play(
    url: str,
    stylize: FrameStylizer,
    gauge: Gauge,
    addresses: list[str],
    due: Callable[[float], bool],
) -> None:
    """Run the line until ``due``, which is told the seconds since the start, says so."""
    began = time.perf_counter()

    def shown(frame: Frame) -> None:
        gauge.dropped = frame.index + 1 - len(gauge.ages) - gauge.repeated - gauge.unread

    with open_live(url) as source, watched(addresses, source.info, gauge) as sink:
        run(
            source,
            stylize,
            sink,
            stopped=lambda: due(time.perf_counter() - began),
            on_frame=shown,
        )


@contextmanager
def watched(addresses: list[str], info: StreamInfo, gauge: Gauge) -> Iterator[Tee]:
    """Return the sinks with the gauge; for an HTTP sink, a process reads its images."""
    missed: Counter[str] = Counter()
    with ExitStack() as opened:
        tee = opened.enter_context(Tee([lambda: gauge]))
        for address in addresses:
            if is_recording(address):
                tee.add(partial(open_recording, unused_path(Path(address)), info, missed))
                continue
            sink = tee.add(partial(open_sink, address, info))
            if isinstance(sink, HttpSink):
                command = [sys.executable, "-c", VIEWER, sink.url + STREAM[1:]]
                viewer = opened.enter_context(subprocess.Popen(command))
                opened.callback(viewer.kill)
        yield tee
    for name, frames in missed.items():
        say(f"{name} misses {frames} frames")


def verdict(
    options: argparse.Namespace, gauge: Gauge, report: Report, pulls: Pulls, before: float
) -> bool:
    """Sum up."""
    first = gauge.times[0] + min(WARM, 12 * options.minutes) if gauge.times else 0.0
    ages = [age for age, at in zip(gauge.ages, gauge.times, strict=True) if at > first]
    times = [at for at in gauge.times if at > first]
    fps, growth = rate(times, longest=1.0), report.growth()
    error = 1000 * abs(quantile(gauge.told[-len(ages) :], 0.5)) if ages else inf
    p95 = 1000 * quantile(ages, 0.95)
    numbers = f"{fps:.1f} fps  age {milliseconds(ages)} ms (p50/p95/max)"
    say(f"in all: {numbers}  {len(ages)} pictures, {gauge.dropped} dropped, {gauge.unread} unread")
    say(f"the age in the window is {error:.1f} ms off (median)")
    sizes = f"{before:.0f} MB at the start, {megabytes():.0f} at the end"
    say(f"memory: {sizes}, {growth:+.2f} a minute")
    say(f"pulled out {options.pull} times, back {pulls.returned} times; {gauge.repeated} stood in")
    say(f"threads left: {', '.join(names()) or 'none'}")
    kept = {
        f"at least {options.fps:g} fps": fps >= options.fps,
        f"95 of 100 younger than {options.age:g} ms": bool(ages) and p95 < options.age,
        f"the age in the window is at most {HONEST:g} ms off": error <= HONEST,
        f"memory grows by less than {FLAT:g} MB a minute": growth < FLAT or options.minutes < LONG,
        "the camera always came back": pulls.returned == options.pull,
        "no thread is left": not names(),
    }
    for what, well in kept.items():
        say(f"{'kept  ' if well else 'MISSED'}  {what}")
    return all(kept.values())


def cycles(options: argparse.Namespace) -> bool:
    """Open and close the whole line again and again; whether nothing stays behind."""
    camera = Camera(options)
    counts = []
    with painter(options) as stylize:
        for turn in range(options.cycles):
            gauge = Gauge()
            play(camera.url, stylize, gauge, options.sink, lambda _: len(gauge.ages) >= 3)  # noqa: B023
            counts.append((threading.active_count(), natives(), files(), megabytes()))
            if turn in (0, options.cycles - 1) or turn % 20 == 19:
                threads, system, opened, size = counts[-1]
                line = f"{threads} threads ({system} of the system), {opened} files, {size:.0f} MB"
                say(f"{turn + 1:4} times  {line}")
    camera.pull()
    say(f"threads left: {', '.join(names()) or 'none'}")
    most = [max(column) for column in zip(*counts[:20], strict=True)]
    return not names() and counts[-1][1] <= most[1] and counts[-1][2] <= most[2]


@contextmanager
def painter(options: argparse.Namespace) -> Iterator[FrameStylizer]:
    """Open the style as ``webcam`` does, but not mirrored, so that the time is readable."""
    inference = InferenceOptions(options.tier, options.device, "auto", options.threads)
    settings = LiveSettings(mirror=False, stabilize=DEFAULT_STRENGTH)
    with tempfile.TemporaryDirectory() as folder:
        name = options.style
        if name == "identity":
            name = str(onnx_models.identity(Path(folder) / "identity.onnx"))
        styles = find_styles([name], inference)
        resolution = AdaptiveResolution(
            sizes(*parse_full_size(options.size, "--size")), options.fps
        )
        opened = open_styles(styles, inference)
        resolution.begin(opened.seconds_at(*resolution.size))
        with ModelPool(opened.mixer, opened.models, styles.names) as pool:
            stylizer = LiveStylizer(pool.get, len(styles.names), lambda: settings, resolution)
            pool.prepare(stylizer.config)
            yield stylizer


def parse() -> argparse.Namespace:
    """Parse the command line."""
    lines = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=lines)
    add = parser.add_argument
    add("--style", default="identity", help="a style, a model's path, or identity")
    add("--tier")
    add("--device", default="auto")
    add("--threads", type=int)
    add("--clip", default="synthetic:640x480,30,90", help="what the camera shows, in a loop")
    add("--size", default="640x480", help="of the camera's pictures")
    add("--rate", type=float, default=30, help="of the camera")
    add("--sink", action="append", help="null, http://127.0.0.1:0/ (with a viewer), or a file")
    add("--minutes", type=float, default=10)
    add("--pull", type=int, default=0, help="how often the camera is pulled out meanwhile")
    add("--cycles", type=int, default=0, help="open and close so often, instead")
    add("--fps", type=float, default=24, help="limit: at least")
    add("--age", type=float, default=100, help="limit: milliseconds that 95 of 100 frames keep")
    options = parser.parse_args()
    options.sink = options.sink or ["null"]
    return options


def main() -> int:
    """Soak, or open and close; 0 if every limit was kept."""
    options = parse()
    well = cycles(options) if options.cycles else soak(options)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
