"""Look at a machine: what is installed, what loads, what really runs and how fast."""

from collections.abc import Callable, Iterator, Mapping

from realtime_nst.doctor import hardware, media, models, software
from realtime_nst.doctor.finding import Finding as Finding

Check = Callable[[], Iterator[Finding]]
"""Looks at one thing. It breaks nothing, changes nothing and waits for nobody for ever."""

CHECKS: dict[str, Check] = {
    "python": software.python,
    "libraries": software.libraries,
    "runtimes": software.runtimes,
    "opencvs": software.opencvs,
    "processor": hardware.cpu,
    "load": hardware.idle,
    "nvidia": hardware.nvidia,
    "openvino": hardware.openvino,
    "models": models.models,
    "painting": hardware.painting,
    "encoders": media.encoders,
    "hardware encoders": media.hardware_encoders,
    "ffmpeg": software.ffmpeg,
    "window": media.window,
    "cameras": media.cameras,
    "virtual camera": media.virtual_camera,
}
"""In the order in which people want to read them."""


def examine(checks: Mapping[str, Check] = CHECKS) -> Iterator[Finding]:
    """Yield the findings of each check as soon as they are known."""
    for check in checks.values():
        yield from check()


def can_paint(findings: list[Finding]) -> bool:
    """Whether anything can be painted at all."""
    return all(finding.level != "fail" for finding in findings)
