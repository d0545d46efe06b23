"""A virtual camera: Zoom, Teams, OBS and browsers take it for a real one."""

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
"""Told to those who watch, where the source has none of its own."""
CURES = {
    "linux": "sudo apt install v4l2loopback-dkms && "
    "sudo modprobe v4l2loopback exclusive_caps=1 card_label=realtime-nst",
    "darwin": "install OBS Studio 30 or newer, and start and stop its virtual camera once",
    "win32": "install OBS Studio, and stop its own virtual camera if it runs",
}
"""What pyvirtualcam needs besides itself."""


class VirtualCamera(Closing):
    """Shows frames to the programs that look at a camera which is not there.

    ``device`` is its name or path; empty takes the first one. Sizes are even there: of an odd one
    the last row or column is left out.

    Raises:
        MissingExtra: pyvirtualcam is not installed.
        SinkError: the system has no virtual camera.
    """

    def __init__(self, device: str, info: StreamInfo) -> None:
        self._width, self._height = info.width // 2 * 2, info.height // 2 * 2
        self._camera = _open(device, self._width, self._height, info.rate or RATE)
        self.notes: tuple[str, ...] = (f"choose the camera {self._camera.device} where you want",)

    def write(self, frame: Frame) -> None:
        """Show a frame."""
        try:
            self._camera.send(np.ascontiguousarray(frame.image[: self._height, : self._width]))
        except (RuntimeError, ValueError) as error:
            message = f"the virtual camera takes nothing: {error}"
            raise SinkError(message, "close the programs that look at it, and try again") from error

    def close(self) -> None:
        """Release the virtual camera."""
        self._camera.close()


def _open(device: str, width: int, height: int, rate: Fraction) -> "pyvirtualcam.Camera":
    try:
        import pyvirtualcam
    except ImportError as error:
        cure = install_command("virtualcam")
        raise MissingExtraError("the virtual camera needs pyvirtualcam", cure) from error
    try:
        bgr = pyvirtualcam.PixelFormat.BGR
        return pyvirtualcam.Camera(width, height, float(rate), fmt=bgr, device=device or None)
    except RuntimeError as error:
        message = f"there is no virtual camera: {str(error).strip().replace(chr(10), '; ')}"
        raise SinkError(message, CURES.get(sys.platform, "see pyvirtualcam's README")) from error
