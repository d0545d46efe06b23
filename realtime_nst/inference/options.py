"""Options that select a model variant and the device it runs on."""

from dataclasses import dataclass

AUTO = "auto"
"""The device or precision that is measured to be the fastest."""


@dataclass(frozen=True, slots=True)
class InferenceOptions:
    """How a style is run."""

    tier: str | None = None
    """``fast`` or ``quality``; None prefers ``fast``."""
    device: str = AUTO
    """``auto`` or a key of ``DEVICES``."""
    precision: str | None = AUTO
    """``auto`` or one of ``PRECISIONS``; None runs the model file as it is."""
    threads: int | None = None
    """Number of CPU threads; None uses all physical cores."""
