"""Metrics that compare images."""

import numpy as np


def decibels(square: float) -> float:
    """Return the PSNR in dB for a mean squared error in gray levels; 99 for an error of 0."""
    return 10 * float(np.log10(255**2 / square)) if square else 99.0
