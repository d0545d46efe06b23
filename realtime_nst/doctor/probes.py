"""What is tried, each in a process of its own: real parts, doing what they are for.

Nothing but the standard library is imported before a trial begins: whatever else may be what is
broken.
"""

import importlib

from realtime_nst.errors import ModelError, NstError
from realtime_nst.timing import Budget, format_3digits, time_call

SIZE = (640, 480)
"""Width and height of a usual camera's picture."""
EFFORT = Budget(warmup=2, seconds=0.7, least=3)


def load_library(name: str) -> str:
    """Import a package; its version."""
    module = importlib.import_module(name)
    return str(module.__version__)


def read_models() -> tuple[list[str], list[tuple[str, str]]]:
    """Return the installed styles, and for each broken model its fault and a hint."""
    from realtime_nst.models.registry import model_folders, read_model

    styles: list[str] = []
    broken = []
    for path in (path for root in model_folders() for path in sorted(root.glob("*/model.onnx"))):
        try:
            styles += read_model(path).styles
        except NstError as error:
            broken.append((str(error), error.hint))
    return styles, broken


def paint(device: str) -> tuple[str, str, float]:
    """Paint the first style there is.

    Returns:
        The model, what really ran and why, and the median of milliseconds a frame.
    """
    from realtime_nst.inference.session import open_session
    from realtime_nst.models.registry import find_style, installed_models
    from realtime_nst.sources.synthetic import SyntheticSource
    from realtime_nst.stylize.stylizer import Stylizer

    first = next(installed_models(), None)
    if first is None:
        raise ModelError("there is no model to paint with", "realtime-nst styles")
    choice = find_style(first.styles[0])
    session = open_session(
        choice.model.path,
        device,
        precision="auto",
        weights=choice.weights,
        size=(SIZE[1], SIZE[0]),
    )
    stylizer, frame = Stylizer(session, choice.weight_array()), next(iter(SyntheticSource(*SIZE)))
    timing = time_call(lambda: stylizer(frame), EFFORT)
    return session.card.name, session.why, 1000 * timing.median


def encode(names: tuple[str, ...]) -> dict[str, str]:
    """Encode a frame with each codec; by name what went wrong, empty where nothing did."""
    from realtime_nst.sinks.video.codecs import CODECS, check_encoder

    troubles = {}
    for name in names:
        try:
            check_encoder(CODECS[name])
            troubles[name] = ""
        except NstError as error:
            troubles[name] = str(error)
    return troubles


def show() -> str:
    """Show a frame in a window; what OpenCV makes windows with."""
    import cv2

    from realtime_nst.sinks.window import Window
    from realtime_nst.sources.synthetic import SyntheticSource

    source = SyntheticSource(160, 120)
    with Window(source.info) as window:
        window.write(next(iter(source)))
    return cv2.currentUIFramework()


def list_cameras() -> list[str]:
    """Return the numbers of the connected cameras."""
    from realtime_nst.sources.camera.devices import devices

    return [str(device.index) for device in devices()]


def look(camera: str) -> str:
    """Open a camera; what it gives."""
    from realtime_nst.sources.camera.capture import CameraSource

    with CameraSource(camera) as source:
        info = source.info
    rate = f" at {format_3digits(float(info.rate))} fps" if info.rate else ""
    return f"{info.name}: {info.width}x{info.height}{rate}"


def pretend() -> str:
    """Show a frame through the virtual camera; what it is called."""
    from realtime_nst.sinks.virtualcam import VirtualCamera
    from realtime_nst.sources.synthetic import SyntheticSource

    source = SyntheticSource(*SIZE)
    with VirtualCamera("", source.info) as camera:
        camera.write(next(iter(source)))
        return "; ".join(camera.notes)
