"""Optimizer, learning rate and freezing of norms by the step of a training."""

import math

import torch

from realtime_nst.nn.transformer_net import TransformerNet
from realtime_nst.train.recipe import Schedule

FREEZING, STAIRS = 200, 4
"""Number of steps in which norms are frozen, and number of stages: a compiled network is recompiled
at each."""


def make_optimizer(net: TransformerNet, schedule: Schedule) -> torch.optim.Adam:
    """Return Adam with a higher rate for the styles' scales and shifts, which start out equal."""
    named = list(net.named_parameters())
    shared = [p for name, p in named if not name.endswith((".scale", ".shift"))]
    own = [p for name, p in named if name.endswith((".scale", ".shift"))]
    groups = [
        {"params": shared, "factor": schedule.shared_rate},
        {"params": own, "factor": schedule.style_rate},
    ]
    return torch.optim.Adam(groups, schedule.learning_rate)


def frozen_at(schedule: Schedule, step: int) -> float:
    """Return the share of running statistics in the norms at a step, from 0 to 1."""
    if not schedule.freezing or step < schedule.freezing:
        return 0.0
    return min(STAIRS, 1 + STAIRS * (step - schedule.freezing) // FREEZING) / STAIRS


def set_learning_rate(optimizer: torch.optim.Optimizer, schedule: Schedule, step: int) -> None:
    """Set the learning rate: linear warm-up, repeated after copying, then a cosine to zero."""
    since = step if step < schedule.copying else step - schedule.copying
    warm = min(1.0, (since + 1) / max(1, schedule.warmup))
    cosine = 0.5 * (1 + math.cos(math.pi * step / schedule.steps))
    for group in optimizer.param_groups:
        group["lr"] = group["factor"] * schedule.learning_rate * warm * cosine
