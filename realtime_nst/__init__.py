"""Real-time neural style transfer for webcams, videos and images.

Example:
    >>> import realtime_nst as nst
    >>> stylizer = nst.Stylizer("starry-night")
    >>> stylized = stylizer(image)

Names are imported when they are first used, so that importing the package stays fast.
"""

import importlib
import os

# Not from typing, whose import takes half the time in which Ctrl-C would print a traceback.
TYPE_CHECKING = False

if TYPE_CHECKING:
    # Relative, because these are no imports at run time: only type checkers follow them.
    from .api.image import stylize_image as stylize_image
    from .api.styles import StyleInfo as StyleInfo
    from .api.styles import list_styles as list_styles
    from .api.stylizer import Stylizer as Stylizer
    from .api.video import Progress as Progress
    from .api.video import VideoResult as VideoResult
    from .api.video import stylize_video as stylize_video
    from .errors import DeviceError as DeviceError
    from .errors import ImageError as ImageError
    from .errors import MissingExtraError as MissingExtraError
    from .errors import ModelError as ModelError
    from .errors import NstError as NstError
    from .errors import SinkError as SinkError
    from .errors import SourceError as SourceError
    from .errors import TrainError as TrainError
    from .frame import Frame as Frame
    from .frame import StreamInfo as StreamInfo
    from .pipeline import run as run
    from .sinks import open_sink as open_sink
    from .sources import open_source as open_source

__version__ = "0.1.0"

_MODULES = {
    "api.stylizer": ("Stylizer",),
    "api.image": ("stylize_image",),
    "api.video": ("stylize_video", "Progress", "VideoResult"),
    "api.styles": ("list_styles", "StyleInfo"),
    "sources": ("open_source",),
    "sinks": ("open_sink",),
    "pipeline": ("run",),
    "frame": ("Frame", "StreamInfo"),
    "errors": (
        *("NstError", "SourceError", "SinkError", "ModelError", "ImageError", "DeviceError"),
        *("TrainError", "MissingExtraError"),
    ),
}
"""Module of each public name."""
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}
__all__ = ["__version__", *_MODULE_OF]

# ONNX Runtime reports its use to Microsoft on every system, and keeps a device id and a queue in
# the home directory. It decides when it is imported, so this comes before any import of it, and
# child processes inherit it. The second name is that of some of its versions.
for _name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
    os.environ.setdefault(_name, "1")


if not TYPE_CHECKING:  # with a __getattr__, type checkers would accept any name

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used (PEP 562)."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Return the public names, imported or not."""
    return sorted({*globals(), *__all__})
