"""The size of the images that models get."""

import pytest

from realtime_nst.live.adaptive_resolution import Size
from realtime_nst.live.render_config import RenderConfig


@pytest.mark.parametrize(
    ("config", "size"),
    [
        (RenderConfig((640, 480)), (640, 480)),
        (RenderConfig((640, 480), 4), (320, 240)),
        (RenderConfig((640, 480), 2), (320, 480)),
        (RenderConfig((641, 481), 4), (321, 241)),
        (RenderConfig((560, 416), 12), (140, 139)),
    ],
)
def test_model_size_is_that_of_the_largest_tile(config: RenderConfig, size: Size) -> None:
    assert config.model_size == size
