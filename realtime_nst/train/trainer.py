"""Train a network by a recipe: Johnson et al. 2016, section 4.1, for one style or several."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.nn.device import autocast, pick_device, uses_bf16
from realtime_nst.nn.tensors import to_image
from realtime_nst.nn.transformer_net import TransformerNet
from realtime_nst.train.checkpoint import CHECKPOINT, Checkpoint, save_checkpoint
from realtime_nst.train.distillation import DistillationBatch, DistillationPairs
from realtime_nst.train.optimizer import frozen_at, make_optimizer, set_learning_rate
from realtime_nst.train.perceptual_loss import PerceptualLoss
from realtime_nst.train.recipe import Recipe, rescheduled
from realtime_nst.train.temporal_loss import synthesize_next_frame, temporal_loss
from realtime_nst.train.tone import Tone

PATIENCE = 20
"""Number of steps after the warm-up without checks for outliers."""
OUTLIER = 10.0
"""Multiple of the running mean of the loss above which a batch is skipped: instance norm turns a
crop of one flat color into noise."""
MAX_CONSECUTIVE_OUTLIERS = 10
"""Number of skipped batches in a row at which the training has diverged."""


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a run; none of them changes the trained network, except for rounding."""

    out: Path
    """Folder for checkpoint and previews."""
    vgg_weights: Path | None = None
    device: str = "auto"
    """``auto``, ``cpu`` or ``cuda``."""
    precision: str = "auto"
    """``bf16``, ``fp32`` or ``auto``, which is bf16 on hardware with native support."""
    compiled: bool = False
    """Fuse the network's operations with torch.compile; needs a C++ compiler."""
    save_every: int = 250
    """Number of steps between checkpoints."""
    threads: int | None = None
    """Number of CPU threads; None keeps PyTorch's default."""

    @property
    def checkpoint(self) -> Path:
        """Return the path of the checkpoint."""
        return self.out / CHECKPOINT


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Progress after a step."""

    step: int
    """Number of steps done, this one included."""
    steps: int
    """Number of steps of the training."""
    losses: dict[str, float]
    """Running means of the weighted losses, by kind."""
    rate: float
    """Steps per second."""
    saved: bool
    """Whether a checkpoint was written."""

    @property
    def eta(self) -> float:
        """Return the estimated seconds to the end."""
        return (self.steps - self.step) / self.rate if self.rate else math.inf


class Content(Protocol):
    """A source of content images."""

    def batches(self, start: int) -> Iterator[Tensor]:
        """Yield (batch, 3, size, size) RGB in [0, 1] for each step from ``start`` to the last.

        A fourth channel, if there is one, is 1 inside faces and 0 elsewhere.
        """
        ...


@dataclass
class Trainer:
    """A training. ``run()`` yields after each step; ``save()`` may be called between steps.

    Example:
        >>> recipe, _ = recipe_for([Path("style.jpg")], tier="fast")
        >>> photos = open_photos(Path("photos"), recipe.schedule)
        >>> options = Options(out=Path("runs/mine"))
        >>> trainer = Trainer(recipe, read_paintings(recipe, []), photos, options)
        >>> for progress in trainer.run():
        ...     print(progress.step, progress.losses)
    """

    recipe: Recipe
    paintings: list[Tensor]
    """One style image per style: (1, 3, h, w) RGB in [0, 1]."""
    content: Content
    """Source of content images."""
    options: Options
    pairs: DistillationPairs | None = None
    """Targets for a recipe with ``distillation``."""
    step: int = 0
    losses: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        torch.manual_seed(self.recipe.schedule.seed)
        self._outliers = 0
        if self.options.threads:
            torch.set_num_threads(self.options.threads)
        self.device = pick_device(self.options.device)
        torch.backends.cudnn.benchmark = True  # every step has the same sizes
        self.bf16 = uses_bf16(self.options.precision, self.device)
        self.net = TransformerNet(self.recipe.network, len(self.recipe.styles))
        strokes = [style.strokes for style in self.recipe.styles]
        self.net.fit_base([to_image(painting[0]) for painting in self.paintings], strokes)
        self.net.to(self.device).to(memory_format=torch.channels_last)
        self.optimizer = make_optimizer(self.net, self.recipe.schedule)
        self.loss = PerceptualLoss(
            self.recipe, self.paintings, self.device, self.bf16, self.options.vgg_weights
        )
        styles = self.recipe.styles
        tone = self.recipe.tone and not self.net.base
        self.tone = Tone(self.paintings, self.device) if tone else None
        self._one_hot = torch.eye(len(styles), device=self.device)
        turns = torch.tensor([style.turns for style in styles], device=self.device)
        self._round = torch.arange(len(styles), device=self.device).repeat_interleave(turns)
        steadiness = [style.steadiness for style in styles]
        self._steadiness = torch.tensor(steadiness, device=self.device)
        self.forward = torch.compile(self.net) if self.options.compiled else self.net

    def restore(self, checkpoint: Checkpoint) -> None:
        """Resume from a checkpoint of the same recipe; the number of steps may differ.

        Raises:
            TrainError: the checkpoint is of another recipe.
        """
        steps = self.recipe.schedule.steps
        if rescheduled(checkpoint.recipe, steps=steps) != self.recipe:
            message = "cannot resume: the checkpoint is of another recipe"
            raise TrainError(message, "choose another --out")
        self.start_from(checkpoint.weights)
        self.optimizer.load_state_dict(checkpoint.optimizer)
        self.step, self.losses = checkpoint.step, dict(checkpoint.losses)

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Initialize the network from the weights of another training.

        Raises:
            TrainError: they are of another network.
        """
        try:
            self.net.adopt(weights)
        except RuntimeError as error:
            message = "cannot initialize the network: the weights are of another network"
            raise TrainError(message, str(error)) from error

    def save(self) -> Path:
        """Write the checkpoint and return its path."""
        weights = {name: tensor.cpu() for name, tensor in self.net.state_dict().items()}
        state = self.optimizer.state_dict()
        path = self.options.checkpoint
        save_checkpoint(Checkpoint(self.recipe, self.step, weights, state, self.losses), path)
        return path

    def run(self) -> Iterator[TrainingProgress]:
        """Train to the last step, saving every ``save_every`` steps and at the end.

        Yields:
            The progress after each step.

        Raises:
            TrainError: the loss is not finite or diverges; the message names the last checkpoint.
        """
        steps = self.recipe.schedule.steps
        began, first = time.perf_counter(), self.step
        for content in self.content.batches(self.step):
            self._learn(content.to(self.device))
            self.step += 1
            saved = self.step % self.options.save_every == 0 or self.step == steps
            if saved:
                self.save()
            rate = (self.step - first) / (time.perf_counter() - began)
            yield TrainingProgress(self.step, steps, dict(self.losses), rate, saved)

    @property
    def runs_on(self) -> str:
        """Return a human-readable line with the network, the device and the precision."""
        size = sum(p.numel() for p in self.net.parameters()) / 1e6
        where = torch.cuda.get_device_name() if self.device.type == "cuda" else "the CPU"
        threads = f", {torch.get_num_threads()} threads" if self.device.type == "cpu" else ""
        number = "bf16" if self.bf16 else "fp32"
        return f"{self.recipe.network.tier}, {size:.2f} M parameters, on {where}{threads}, {number}"

    @torch.inference_mode()
    def preview(self, content: Tensor) -> Tensor:
        """Stylize a batch in each style: (styles, batch, 3, h, w)."""
        images = content.to(self.device)
        self.net.eval()
        rows = [self.net(images, style.expand(len(images), -1)) for style in self._one_hot]
        self.net.train()
        return torch.stack(rows).cpu()

    def _learn(self, content: Tensor) -> None:
        set_learning_rate(self.optimizer, self.recipe.schedule, self.step)
        self.net.freeze(frozen_at(self.recipe.schedule, self.step))
        styles = self._deal_styles(len(content))
        photos = content[:, :3].contiguous(memory_format=torch.channels_last)
        values = self._values(photos, styles, self._importance(content))
        total = torch.stack(list(values.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        slope = torch.nn.utils.get_total_norm(
            [p.grad for p in self.net.parameters() if p.grad is not None]
        )
        # All at once: each transfer waits for the GPU.
        numbers = torch.stack([total, slope, *values.values()]).tolist()
        if self._skips(*numbers[:2]):
            return
        self.optimizer.step()
        self._average(dict(zip(values, numbers[2:], strict=True)))

    def _importance(self, content: Tensor) -> Tensor | None:
        """Return the importance of each place, if faces are marked by a fourth channel."""
        return 1 + (self.recipe.faces - 1) * content[:, 3:] if content.shape[1] > 3 else None

    def _values(
        self, content: Tensor, chosen: Tensor, importance: Tensor | None
    ) -> dict[str, Tensor]:
        """Return the weighted losses of one step."""
        if self.step < self.recipe.schedule.copying:
            return {"copy": self._copying_loss(content, chosen)}
        weight = self.recipe.temporal.weight_at(self.step)
        # First, as its JPEG waits for all work queued on a GPU.
        moment = synthesize_next_frame(content, self._generator()) if weight else None
        output = self._stylize(content, chosen)
        values = self.loss(content, output, chosen, importance)
        if self.tone:
            tone = self.tone.loss(output, content, self._one_hot[chosen])
            values["tone"] = self.recipe.tone * tone
        if self.pairs and self.recipe.distillation:
            batch = self.pairs.batch(self.step)
            values["distillation"] = self.recipe.distillation * self._distance(batch)
        if moment:
            after = self._stylize(moment.content, chosen)
            each = temporal_loss(output, after, content, moment) * self._steadiness[chosen]
            values["temporal"] = weight * each.mean()
        return values

    def _copying_loss(self, content: Tensor, chosen: Tensor) -> Tensor:
        """Return the mean squared difference from the photo, or from its palette map."""
        wanted = self.tone.photos(content, self._one_hot[chosen]) if self.tone else content
        return F.mse_loss(self._stylize(content, chosen), wanted)

    def _stylize(self, content: Tensor, chosen: Tensor) -> Tensor:
        with autocast(self.device, self.bf16):
            return cast(Tensor, self.forward(content, self._one_hot[chosen]))

    def _distance(self, batch: DistillationBatch) -> Tensor:
        """Return the mean squared difference from the targets."""
        output = self._stylize(batch.content.to(self.device), batch.styles.to(self.device))
        return F.mse_loss(output, batch.target.to(self.device))

    def _generator(self) -> torch.Generator:
        seed = (self.recipe.schedule.seed << 32) + self.step
        return torch.Generator(self.device).manual_seed(seed)

    def _deal_styles(self, batch: int) -> Tensor:
        """Return the style of each image of this step: all in turn, across steps."""
        if self.recipe.schedule.one_style:
            return self._round[self.step % len(self._round)].expand(batch)
        first = self.step * batch
        places = torch.arange(first, first + batch, device=self.device)
        return self._round[places % len(self._round)]

    def _skips(self, total: float, slope: float) -> bool:
        """Return whether to skip a step that would damage the weights.

        Raises:
            TrainError: the training has diverged.
        """
        schedule = self.recipe.schedule
        settled = self.step > max(schedule.warmup, schedule.copying) + PATIENCE
        finite = math.isfinite(total + slope)
        outlier = settled and total > OUTLIER * sum(self.losses.values())
        self._outliers = self._outliers + 1 if outlier else 0
        if not finite or self._outliers == MAX_CONSECUTIVE_OUTLIERS:
            raise TrainError(*self._divergence_error(total))
        return outlier

    def _divergence_error(self, total: float) -> tuple[str, str]:
        path = self.options.checkpoint
        good = f"the last good checkpoint is {path}" if path.is_file() else "nothing was saved yet"
        message = f"the loss is {total:g} at step {self.step + 1}; {good}"
        return message, "lower learning_rate in the recipe"

    def _average(self, losses: dict[str, float]) -> None:
        if losses.keys() != self.losses.keys():
            self.losses = {}
        for kind, value in losses.items():
            before = self.losses.get(kind, value)
            self.losses[kind] = before + 0.05 * (value - before)
