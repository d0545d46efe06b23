"""Compare the time of an iteration with that of the published loop: ``python benchmarks/gatys.py``.

The plain loop is that of PyTorch's own tutorial: float32, normalise, every layer there is, plain
memory layout, torch's L-BFGS with its defaults, clamped. ``--new-targets`` is the other common one,
which also sends content and style through the network in each step. Both have our losses and
layers, take turns in one process, and are judged by the same float32 objective. The pictures are
scikit-image's own.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from skimage import data
from torch import Tensor

from realtime_nst.gatys.backbone import open_backbone
from realtime_nst.gatys.objective import Objective, StyleImage, Term, content_terms, style_terms
from realtime_nst.gatys.optimize import OptimizeSettings, optimize
from realtime_nst.nn.device import uses_bf16
from realtime_nst.nn.tensors import resize, to_tensor
from realtime_nst.nn.vgg import VGG

CHUNK = 5
"""Iterations per turn."""


def pictures(size: int) -> tuple[Tensor, Tensor]:
    """Return content (a cat) and style image (a nebula), both (1, 3, h, w)."""
    loaded = (
        to_tensor(picture[:, :, ::-1]) for picture in (data.chelsea(), data.hubble_deep_field())
    )
    return tuple(_scaled(picture, size) for picture in loaded)  # type: ignore[return-value]


def _scaled(picture: Tensor, size: int) -> Tensor:
    scale = size / max(picture.shape[2:])
    return resize(picture, *(round(side * scale) for side in picture.shape[2:]))


def ours(vgg: VGG, content: Tensor, style: Tensor, settings: OptimizeSettings) -> Iterator[Tensor]:
    """Yield the image after each turn."""
    for iterate in optimize(vgg, content, [StyleImage(style)], settings):
        if iterate.iteration % CHUNK == 0:
            yield iterate.image


class Plain:
    """The loop people copy."""

    def __init__(
        self,
        vgg: VGG,
        content: Tensor,
        style: Tensor,
        settings: OptimizeSettings,
        new_targets: bool,
    ) -> None:
        self.vgg, self.content, self.style = vgg, content, style
        self.settings, self.new_targets = settings, new_targets
        self.evaluations = 0
        self.targets = self._targets()

    def turns(self) -> Iterator[Tensor]:
        """Yield the image after each turn."""
        image = self.content.clone().requires_grad_()
        optimizer = torch.optim.LBFGS([image], max_iter=CHUNK)

        def closure() -> Tensor:
            with torch.no_grad():
                image.clamp_(0, 1)
            optimizer.zero_grad()
            loss = self._loss(image)
            loss.backward()  # type: ignore[no-untyped-call]
            self.evaluations += 1
            return loss

        while True:
            optimizer.step(closure)
            yield image.detach().clamp(0, 1)

    def _features(self, image: Tensor) -> dict[str, Tensor]:
        x, found = (image - self.vgg.mean) / self.vgg.std, {}
        for name, layer in zip(self.vgg.names, self.vgg.features, strict=True):
            x = F.relu(x) if name.startswith("relu") else layer(x)
            found[name] = x / self.vgg.gain
        return found

    @torch.no_grad()
    def _targets(self) -> tuple[Tensor, list[Tensor]]:
        painted = self._features(self.style)
        matched = self._features(self.content)[self.settings.content_layers[0]]
        return matched, [_gram(painted[layer]) for layer in self.settings.style_layers]

    def _loss(self, image: Tensor) -> Tensor:
        matched, grams = self._targets() if self.new_targets else self.targets
        features = self._features(image)
        loss = F.mse_loss(features[self.settings.content_layers[0]], matched)
        for (layer, weight), target in zip(self.settings.style_layers.items(), grams, strict=True):
            gap = F.mse_loss(_gram(features[layer]), target)
            loss = loss + self.settings.style_weight * weight * gap
        return loss


def _gram(features: Tensor) -> Tensor:
    _, channels, height, width = features.shape
    flat = features.reshape(channels, height * width)
    return flat @ flat.t() / (channels * height * width)


def exact(
    vgg: VGG, content: Tensor, style: Tensor, settings: OptimizeSettings, image: Tensor
) -> float:
    """Return the total loss of an image in float32."""
    size, layers = (content.shape[2], content.shape[3]), dict(settings.style_layers)
    terms: tuple[Term, ...] = (
        *content_terms(vgg, content, settings.content_layers, settings.content_weight),
        *style_terms(vgg, [StyleImage(style)], layers, settings.style_weight, size),
    )
    with torch.no_grad():
        return sum(loss.item() for loss in Objective(vgg, terms)(image).values())


def compare(size: int, turns: int, new_targets: bool, precision: str) -> dict[str, object]:
    """Both take turns, so that whatever else the machine does falls on both."""
    back = open_backbone(OptimizeSettings(iterations=turns * CHUNK), "vgg16")
    bf16 = uses_bf16(precision, torch.device("cpu"))
    settings = OptimizeSettings(
        style_layers=back.settings.style_layers, iterations=turns * CHUNK, bf16=bf16
    )
    content, style = pictures(size)
    whole = open_backbone(OptimizeSettings(content_layers=("conv4_2", "conv4_3")), "vgg16").vgg
    fast = back.vgg.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    plain = Plain(whole, content, style, settings, new_targets)
    runs = {"plain": plain.turns(), "ours": ours(fast, content, style, settings)}
    times: dict[str, list[float]] = {name: [] for name in runs}
    losses: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            before, began = plain.evaluations, time.perf_counter()
            image = next(run)
            done = plain.evaluations - before if name == "plain" else CHUNK
            times[name].append((time.perf_counter() - began) / done)
            losses[name].append(round(exact(back.vgg, content, style, settings, image), 2))
    seconds = {name: round(statistics.median(each), 4) for name, each in times.items()}
    ratios = [a / b for a, b in zip(times["plain"], times["ours"], strict=True)]
    return {
        "size": [*content.shape[2:]],
        "precision": "bf16" if bf16 else "fp32",
        "new_targets": new_targets,
        "seconds_an_iteration": seconds,
        "faster": {"median": round(statistics.median(ratios), 2), "least": round(min(ratios), 2)},
        "loss_after_each_turn": losses,
    }


def peak(size: int, which: str, precision: str) -> float:
    """Bytes at the peak of one turn, in a process of its own, without the program itself."""
    command = [sys.executable, __file__, "--size", str(size), "--only", which]
    answer = subprocess.run(
        [*command, "--precision", precision], capture_output=True, text=True, check=True
    )
    return float(answer.stdout)


def only(size: int, which: str, precision: str) -> float:
    """One turn of one of them; bytes it took."""
    content, style = pictures(size)
    back = open_backbone(OptimizeSettings(content_layers=("conv4_2", "conv4_3")), "vgg16")
    bf16 = uses_bf16(precision, torch.device("cpu"))
    layers = back.settings.style_layers
    settings = OptimizeSettings(style_layers=layers, iterations=CHUNK, bf16=bf16)
    before = most_held()
    if which == "plain":
        next(Plain(back.vgg, content, style, settings, False).turns())
    else:
        fast = back.vgg.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        next(ours(fast, content, style, settings))
    return most_held() - before


def most_held() -> float:
    """Bytes this process held at its peak, on Linux; getrusage counts the parent's, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def machine() -> dict[str, object]:
    """Describe the machine and the versions."""
    processor = platform.processor() or platform.machine()
    return {"processor": processor, "torch": torch.__version__, "threads": torch.get_num_threads()}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=512, help="longer side in pixels")
    parser.add_argument("--turns", type=int, default=20, help=f"of {CHUNK} iterations")
    parser.add_argument("--precision", default="auto", help="of ours: auto, bf16 or fp32")
    parser.add_argument("--new-targets", action="store_true", help="plain: targets in each step")
    parser.add_argument("--only", choices=("plain", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help="file for the JSON")
    given = parser.parse_args()
    if given.only:
        print(only(given.size, given.only, given.precision))
        return
    report = {
        "machine": machine(),
        **compare(given.size, given.turns, given.new_targets, given.precision),
        "peak_megabytes": {
            which: round(peak(given.size, which, given.precision) / 1e6)
            for which in ("plain", "ours")
        },
    }
    text = json.dumps(report, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
