"""Check an installation: which packages load, which devices really run, and how fast."""

from collections.abc import Callable, Iterator, Mapping

from realtime_nst.doctor import hardware, media, models, software
from realtime_nst.doctor.finding import Finding as Finding

Check = Callable[[], Iterator[Finding]]
"""A check of one thing. It has no side effects and always ends."""

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
    "stylization": hardware.stylization,
    "encoders": media.encoders,
    "hardware encoders": media.hardware_encoders,
    "ffmpeg": software.ffmpeg,
    "window": media.window,
    "cameras": media.cameras,
    "virtual camera": media.virtual_camera,
}
"""Checks by name, in the order of the report."""


def examine(checks: Mapping[str, Check] = CHECKS) -> Iterator[Finding]:
    """Run checks and yield their findings as soon as they are known."""
    for check in checks.values():
        yield from check()


def can_paint(findings: list[Finding]) -> bool:
    """Return whether images can be stylized at all."""
    return all(finding.level != "fail" for finding in findings)
