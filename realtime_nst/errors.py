"""Errors a user can cause or resolve, as one small tree.

::

    NstError(message, hint)
    ├── SourceError        (OSError)       an image, video or camera cannot be read
    ├── SinkError          (OSError)       an output cannot be written
    ├── ModelError         (ValueError)    a model, card, recipe or checkpoint is invalid or missing
    ├── ImageError         (ValueError)    an image given in Python has the wrong type or shape
    ├── DeviceError        (RuntimeError)  the requested device does not run
    ├── ConfigError        (ValueError)    the configuration file or a preset has a mistake
    ├── TrainError         (RuntimeError)  training or optimization cannot continue
    ├── ControlError       (OSError)       a remote control cannot be opened
    └── MissingExtraError  (ImportError)   an optional package is not installed

The message describes what happened; ``hint`` is the next thing to do, usually a command. The
command line prints both.
"""


class NstError(Exception):
    """Base class of the errors that a user can resolve.

    Args:
        message: what happened: "cannot VERB OBJECT: REASON".
        hint: one thing to do, usually a command; empty if there is none.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SourceError(NstError, OSError):
    """An image, video or camera cannot be read."""


class SinkError(NstError, OSError):
    """An output cannot be written."""


class ModelError(NstError, ValueError):
    """A model, card, recipe or checkpoint is invalid or missing."""


class ImageError(NstError, ValueError):
    """An image given in Python has the wrong type or shape."""


class DeviceError(NstError, RuntimeError):
    """The requested device does not run."""


class ConfigError(NstError, ValueError):
    """The configuration file or a preset has a mistake."""


class TrainError(NstError, RuntimeError):
    """Training or optimization cannot continue."""


class ControlError(NstError, OSError):
    """A remote control cannot be opened, or its file cannot be read."""


class MissingExtraError(NstError, ImportError):
    """An optional package is not installed."""
