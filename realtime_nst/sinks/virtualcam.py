"""Virtual camera, which Zoom, Teams, OBS and browsers use like a real one."""

import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import MissingExtraError, SinkError
from realtime_nst.extras import install_command
from realtime_nst.frame import Frame, StreamInfo

if TYPE_CHECKING:
    import pyvirtualcam

RATE = Fraction(30)
"""Frame rate reported to programs if the source has none."""
HINTS = {
    "linux": "sudo apt install v4l2loopback-dkms && "
    "sudo modprobe v4l2loopback exclusive_caps=1 card_label=realtime-nst",
    "darwin": "install OBS Studio 30 or newer, and start and stop its virtual camera once",
    "win32": "install OBS Studio, and stop its own virtual camera if it runs",
}
"""Hints by platform on the driver that pyvirtualcam needs."""


class VirtualCamera(Closing):
    """Shows frames to programs through a virtual camera device.

    The resolution is rounded down to even numbers; the last odd row or column is cropped.

    Args:
        device: name or path of the device; empty uses the first one.
        info: properties of the frames.

    Raises:
        MissingExtraError: pyvirtualcam is not installed.
        SinkError: the system has no virtual camera.
    """

    def __init__(self, device: str, info: StreamInfo) -> None:
        self._width, self._height = info.width // 2 * 2, info.height // 2 * 2
        self._camera = _open(device, self._width, self._height, info.rate or RATE)
        self.notes: tuple[str, ...] = (f"select the camera {self._camera.device} in your program",)

    def write(self, frame: Frame) -> None:
        """Show a frame."""
        try:
            self._camera.send(np.ascontiguousarray(frame.image[: self._height, : self._width]))
        except (RuntimeError, ValueError) as error:
            message = f"cannot write to the virtual camera: {error}"
            raise SinkError(message, "close the programs that use it, and try again") from error

    def close(self) -> None:
        """Release the virtual camera."""
        self._camera.close()


def _open(device: str, width: int, height: int, rate: Fraction) -> "pyvirtualcam.Camera":
    try:
        import pyvirtualcam
    except ImportError as error:
        hint = install_command("virtualcam")
        raise MissingExtraError("the virtual camera needs pyvirtualcam", hint) from error
    try:
        bgr = pyvirtualcam.PixelFormat.BGR
        return pyvirtualcam.Camera(width, height, float(rate), fmt=bgr, device=device or None)
    except RuntimeError as error:
        message = f"cannot open a virtual camera: {str(error).strip().replace(chr(10), '; ')}"
        raise SinkError(message, HINTS.get(sys.platform, "see pyvirtualcam's README")) from error
