"""Compare images."""

import numpy as np


def decibels(square: float) -> float:
    """The PSNR of a mean squared error in grey levels; 99 for none."""
    return 10 * float(np.log10(255**2 / square)) if square else 99.0
