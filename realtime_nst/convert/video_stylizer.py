"""The stylizer of a conversion, and its state at a resume point."""

from collections.abc import Sequence
from dataclasses import dataclass

from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.transforms import arrange_output, at_scale
from realtime_nst.frame import Frame, Image
from realtime_nst.pipeline import FrameStylizer
from realtime_nst.sinks.journal import SEGMENT
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.masked import MaskedStylizer
from realtime_nst.stylize.stabilized import StabilizedStylizer
from realtime_nst.stylize.stabilizer import Stabilizer
from realtime_nst.stylize.timeline import Timeline


@dataclass(frozen=True, slots=True)
class VideoStylizer:
    """Stylizes, stabilizes, masks and arranges the frames of one video. Called on one thread."""

    stylize: FrameStylizer
    """All steps together."""
    stabilized: StabilizedStylizer | None
    """The step with the stabilizer; None without one."""
    masked: MaskedStylizer | None
    """The step with the mask; None without one."""

    def __call__(self, frame: Frame) -> Frame:
        """Return the frame as it is written."""
        return self.stylize(frame)

    def state(self, frames: int) -> Sequence[Image]:
        """Return the images that the frame after so many frames depends on: the mask's first."""
        steps = (step for step in (self.masked, self.stabilized) if step)
        return [image for step in steps for image in step.state(frames)]

    def restore(self, memory: Sequence[Image]) -> None:
        """Restore a state returned by ``state``."""
        if self.masked:
            self.masked.restore(memory[:1])
        if self.stabilized:
            self.stabilized.restore(memory[1:] if self.masked else memory)


def video_stylizer(
    timeline: Timeline, options: ConversionOptions, stages: StageTimer
) -> VideoStylizer:
    """Return the stylizer of a conversion, with its stages measured.

    The mask comes after the stabilizer and at full size, so that what is not stylized stays as it
    is.
    """
    shape, strength = options.shape, options.stabilization
    stylize: FrameStylizer = stages.time_calls("network", timeline)
    stabilized, masked = None, None
    if strength:
        stabilizer = stages.time_calls("stabilizer", Stabilizer())
        stabilized = StabilizedStylizer(stylize, strength, timeline.cut, SEGMENT, stabilizer)
        stylize = stabilized
    stylize = at_scale(stylize, shape)
    if shape.mask:
        stylize = masked = MaskedStylizer(stylize, shape.mask, SEGMENT)
    return VideoStylizer(arrange_output(stylize, shape), stabilized, masked)
