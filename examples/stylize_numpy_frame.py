"""Stylize a NumPy array: a frame of a camera, a plot, or whatever your program has in memory."""

import numpy as np

import realtime_nst as nst


def gradient(width: int = 320, height: int = 240) -> np.ndarray:
    """Return a color gradient as a (H, W, 3) uint8 RGB array."""
    red, green = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([red, green, 255 - red], axis=-1).astype(np.uint8)


def main(style: str = "starry-night") -> np.ndarray:
    """Stylize an array at full and at half strength, and print what the model runs on."""
    stylizer = nst.Stylizer(style, color="rgb")
    print(f"{style} on {stylizer.runtime}")
    image = gradient()
    half = stylizer(image, strength=0.5)
    print(f"mean change at strength 0.5: {np.abs(half.astype(int) - image).mean():.1f} levels")
    return stylizer(image)


if __name__ == "__main__":
    print(main().shape)
