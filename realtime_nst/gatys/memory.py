"""Estimate the memory that an optimization needs, and choose tiles that fit.

For an image processed as a whole, most memory is what VGG's first stage keeps for the gradient: 64
channels at full size, several times. In tiles, most of it is the history of L-BFGS.
"""

from dataclasses import replace

import torch

from realtime_nst import memory
from realtime_nst.errors import TrainError
from realtime_nst.gatys.optimize import OptimizeSettings
from realtime_nst.gatys.tiling import margin_of
from realtime_nst.nn.vgg import VGG, WIDTHS

SPARE = 0.9
"""Share of the free memory that may be used."""
TILES = (2048, 1536, 1024, 768, 512, 384, 256)
"""Sides of tiles to try, in pixels; larger ones spend less time on margins."""
FIXED = 150e6
"""Bytes for the weights, the libraries' workspace and what the allocator does not release."""


def estimate(vgg: VGG, height: int, width: int, settings: OptimizeSettings) -> float:
    """Return the peak memory of an optimization in bytes, without that of the program.

    ``tests/gatys/test_memory.py`` compares the formula with what is really kept.
    """
    side = settings.tile
    margin = 2 * margin_of(vgg)
    seen = height * width
    if side and max(height, width) > 1.5 * side:
        seen = min(seen, (int(1.5 * side) + margin) ** 2)
    images = 2 * settings.history if settings.optimizer == "lbfgs" else 4
    state = (images + 10) * 3 * 4 * height * width
    return FIXED + state + kept_per_pixel(vgg, settings) * seen


def kept_per_pixel(vgg: VGG, settings: OptimizeSettings) -> float:
    """Return the bytes that VGG and the losses keep for the gradient, per pixel of the image."""
    size, total, widest = (2 if settings.bf16 else 4), 0.0, 0.0
    for name in vgg.names:
        stage = int(name[4])
        values = WIDTHS[stage - 1] / 4 ** (stage - 1)
        if name.startswith("conv"):
            total += size * values
            widest = max(widest, 3 * (size + 4) * values)  # gradients in progress, at most
        if name.startswith("pool"):
            total += (size + 8) * values / 4  # with the index of each maximum
        if name in vgg.taps:
            total += size * values
    return total + widest


def free_memory(device: torch.device) -> float | None:
    """Return the free memory in bytes, or None if the system does not report it."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return float(free)
    return memory.free_memory()


def fitting(
    vgg: VGG,
    height: int,
    width: int,
    settings: OptimizeSettings,
    free: float | None,
    choose: bool = True,
) -> tuple[int, str]:
    """Return the side of the tiles to process (0 for none), and a note if tiles were chosen.

    Args:
        vgg: the network.
        height: of the result, in pixels.
        width: of the result, in pixels.
        settings: of the optimization.
        free: free memory in bytes, or None if it is unknown.
        choose: choose tiles if memory is short; otherwise keep those of the settings.

    Raises:
        TrainError: there is not enough memory even with the smallest tiles.
    """
    need = estimate(vgg, height, width, settings)
    if free is None or need <= SPARE * free:
        return settings.tile, ""
    sides = [side for side in TILES if choose and side < max(height, width)]
    for side in sides:
        needed = estimate(vgg, height, width, replace(settings, tile=side))
        if needed <= SPARE * free:
            whole = f"{need / 1e9:.1f} GB needed without, {free / 1e9:.1f} GB free"
            return side, f"processed in tiles of {side} px ({whole}): same result, but slower"
        need = min(need, needed)
    message = (
        f"{width}x{height} needs about {need / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free"
    )
    hints = _memory_hints(vgg, height, width, settings, free, choose)
    raise TrainError(message, " or ".join([*hints, "choose a smaller --size"]))


def _memory_hints(
    vgg: VGG, height: int, width: int, settings: OptimizeSettings, free: float, choose: bool
) -> list[str]:
    """Return changes that make this size fit; both at once only if one is not enough."""
    tiled, adam = f"leave out --tile {settings.tile}", "use --optimizer adam, which needs less,"

    def fits(changed: OptimizeSettings, choose: bool) -> bool:
        sides = [changed.tile, *(side for side in TILES if choose and side < max(height, width))]
        needs = (estimate(vgg, height, width, replace(changed, tile=side)) for side in sides)
        return min(needs) <= SPARE * free

    lean = replace(settings, optimizer="adam")
    hints = [tiled] if not choose and fits(settings, True) else []
    hints += [adam] if fits(lean, choose) else []
    both = not hints and not choose and fits(lean, True)
    return [f"{tiled} and {adam}"] if both else hints
