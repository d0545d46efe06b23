"""Options that select the model, the device and the precision to run a style with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InferenceOptions:
    """How styles are run."""

    tier: str | None
    """Tier of the model; None prefers ``fast``."""
    device: str
    precision: str
    threads: int | None
    """Number of CPU threads; None uses all physical cores."""
    verbose: bool = False
    """Whether to report everything that is known about the session."""
