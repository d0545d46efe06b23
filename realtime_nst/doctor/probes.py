"""Functions that the doctor runs in separate processes; each uses a part as the program does.

Import only the standard library here: any other package may be the broken one.
"""

import importlib

from realtime_nst.errors import ModelError, NstError
from realtime_nst.timing import Budget, format_3digits, time_call

SIZE = (640, 480)
"""Frame size (width, height) of a common camera."""
BUDGET = Budget(warmup=2, seconds=0.7, least=3)
"""Number and duration of the timed calls."""


def load_library(name: str) -> str:
    """Import a package and return its version."""
    module = importlib.import_module(name)
    return str(module.__version__)


def read_models() -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of all styles, and the error and hint of each broken model."""
    from realtime_nst.models.registry import model_folders, read_model

    styles: list[str] = []
    broken = []
    for path in (path for root in model_folders() for path in sorted(root.glob("*/model.onnx"))):
        try:
            styles += read_model(path).styles
        except NstError as error:
            broken.append((str(error), error.hint))
    return styles, broken


def time_stylization(device: str) -> tuple[str, str, float]:
    """Stylize frames with the first installed style.

    Returns:
        The model, the session's line on what ran and why, and the median milliseconds per frame.
    """
    from realtime_nst.inference.options import InferenceOptions
    from realtime_nst.models.registry import find_style, installed_models
    from realtime_nst.sources.synthetic import SyntheticSource
    from realtime_nst.stylize.loading import open_choice
    from realtime_nst.stylize.stylizer import SessionStylizer

    first = next(installed_models(), None)
    if first is None:
        raise ModelError("no model is installed", "realtime-nst styles")
    choice = find_style(first.styles[0])
    session = open_choice(choice, InferenceOptions(device=device), size=(SIZE[1], SIZE[0]))
    stylizer, frame = (
        SessionStylizer(session, choice.weight_array()),
        next(iter(SyntheticSource(*SIZE))),
    )
    timing = time_call(lambda: stylizer(frame), BUDGET)
    return session.card.name, session.why, 1000 * timing.median


def encode(names: tuple[str, ...]) -> dict[str, str]:
    """Encode a frame with each codec; return the error by name, empty if there was none."""
    from realtime_nst.sinks.video.codecs import CODECS, check_encoder

    errors = {}
    for name in names:
        try:
            check_encoder(CODECS[name])
            errors[name] = ""
        except NstError as error:
            errors[name] = str(error)
    return errors


def show_window() -> str:
    """Show a frame in a window; return the name of OpenCV's window framework."""
    import cv2

    from realtime_nst.sinks.window import Window
    from realtime_nst.sources.synthetic import SyntheticSource

    source = SyntheticSource(160, 120)
    with Window(source.info) as window:
        window.write(next(iter(source)))
    return cv2.currentUIFramework()


def list_cameras() -> list[str]:
    """Return the indices of the cameras that are plugged in."""
    from realtime_nst.sources.camera.devices import devices

    return [str(device.index) for device in devices()]


def read_camera(camera: str) -> str:
    """Open a camera; return its name, frame size and frame rate."""
    from realtime_nst.sources.camera.capture import CameraSource

    with CameraSource(camera) as source:
        info = source.info
    rate = f" at {format_3digits(float(info.rate))} fps" if info.rate else ""
    return f"{info.name}: {info.width}x{info.height}{rate}"


def write_virtual_camera() -> str:
    """Write a frame to the virtual camera; return its notes, which name the device."""
    from realtime_nst.sinks.virtualcam import VirtualCamera
    from realtime_nst.sources.synthetic import SyntheticSource

    source = SyntheticSource(*SIZE)
    with VirtualCamera("", source.info) as camera:
        camera.write(next(iter(source)))
        return "; ".join(camera.notes)
