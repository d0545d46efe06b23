"""How much memory an optimization needs, and how much there is, before it begins.

What bounds a picture measured as a whole is what VGG's first stage keeps for the gradient: 64
channels at full size, several times. Measured in tiles, it is L-BFGS's memory of earlier steps.
"""

from dataclasses import replace

import torch

from realtime_nst import memory
from realtime_nst.errors import TrainError
from realtime_nst.gatys.optimize import OptimizeSettings
from realtime_nst.gatys.tiling import margin_of
from realtime_nst.nn.vgg import VGG, WIDTHS

SPARE = 0.9
"""Share of the free memory that may be planned with."""
TILES = (2048, 1536, 1024, 768, 512, 384, 256)
"""Sides of tiles that are tried; the larger one needs less time for its margins."""
FIXED = 150e6
"""Bytes for the weights, the libraries' work space and what the allocator does not give back."""


def estimate(vgg: VGG, height: int, width: int, settings: OptimizeSettings) -> float:
    """Bytes an optimization of a picture of this size takes at its peak, without the program.

    ``tests/gatys/test_memory.py`` holds the formula against what is really kept.
    """
    side = settings.tile
    margin = 2 * margin_of(vgg)
    seen = height * width
    if side and max(height, width) > 1.5 * side:
        seen = min(seen, (int(1.5 * side) + margin) ** 2)
    pictures = 2 * settings.history if settings.optimizer == "lbfgs" else 4
    state = (pictures + 10) * 3 * 4 * height * width
    return FIXED + state + kept_per_pixel(vgg, settings) * seen


def kept_per_pixel(vgg: VGG, settings: OptimizeSettings) -> float:
    """Bytes VGG and the losses keep for the gradient, for one pixel of the picture."""
    size, total, widest = (2 if settings.bf16 else 4), 0.0, 0.0
    for name in vgg.names:
        stage = int(name[4])
        values = WIDTHS[stage - 1] / 4 ** (stage - 1)
        if name.startswith("conv"):
            total += size * values
            widest = max(widest, 3 * (size + 4) * values)  # gradients under way, at most
        if name.startswith("pool"):
            total += (size + 8) * values / 4  # and the place of each maximum
        if name in vgg.taps:
            total += size * values
    return total + widest


def free_memory(device: torch.device) -> float | None:
    """Bytes that can be had now; None where the system does not say."""
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
    """The side of the tiles to measure in (0 for none), and a line for people if there are any.

    Args:
        free: bytes, or None where nobody knows.
        choose: take tiles where memory is short, instead of those of the settings.

    Raises:
        TrainError: there is not enough memory, however small the tiles.
    """
    need = estimate(vgg, height, width, settings)
    if free is None or need <= SPARE * free:
        return settings.tile, ""
    sides = [side for side in TILES if choose and side < max(height, width)]
    for side in sides:
        needed = estimate(vgg, height, width, replace(settings, tile=side))
        if needed <= SPARE * free:
            whole = f"{need / 1e9:.1f} GB as a whole, {free / 1e9:.1f} are free"
            return side, f"measured in tiles of {side} px ({whole}): the same picture, but slower"
        need = min(need, needed)
    message = (
        f"{width}x{height} needs about {need / 1e9:.1f} GB of memory, and {free / 1e9:.1f} are free"
    )
    ways = _ways_out(vgg, height, width, settings, free, choose)
    raise TrainError(message, " or ".join([*ways, "choose a smaller --size"]))


def _ways_out(
    vgg: VGG, height: int, width: int, settings: OptimizeSettings, free: float, choose: bool
) -> list[str]:
    """What to change so that it does fit at this size, both at once only if one is not enough."""
    tiled, adam = f"leave out --tile {settings.tile}", "use --optimizer adam, which remembers less,"

    def fits(changed: OptimizeSettings, choose: bool) -> bool:
        sides = [changed.tile, *(side for side in TILES if choose and side < max(height, width))]
        needs = (estimate(vgg, height, width, replace(changed, tile=side)) for side in sides)
        return min(needs) <= SPARE * free

    lean = replace(settings, optimizer="adam")
    ways = [tiled] if not choose and fits(settings, True) else []
    ways += [adam] if fits(lean, choose) else []
    both = not ways and not choose and fits(lean, True)
    return [f"{tiled} and {adam}"] if both else ways
