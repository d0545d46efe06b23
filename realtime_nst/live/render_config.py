"""What the networks of a live session have to be ready for."""

from dataclasses import dataclass

from realtime_nst.image_ops import tiles
from realtime_nst.live.adaptive_resolution import Size


@dataclass(frozen=True, slots=True)
class RenderConfig:
    """Size, tiles and styles of a frame to be stylized."""

    size: Size
    """Width and height of the whole frame in pixels."""
    tiles: int = 0
    """Number of styles that have a tile each; 0 for a single image."""
    styles: frozenset[int] = frozenset()
    """Positions of the styles that are needed."""

    @property
    def model_size(self) -> Size:
        """Width and height of the images passed to a model: the largest tile's."""
        if not self.tiles:
            return self.size
        places = tiles(*self.size, self.tiles)[: self.tiles]
        return (
            max(column.stop - column.start for _, column in places),
            max(row.stop - row.start for row, _ in places),
        )
