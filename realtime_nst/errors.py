"""Every error a user can cause, as one small tree.

::

    NstError(message, hint)
    ├── SourceError   (OSError)       a picture, video or camera cannot be read
    ├── SinkError     (OSError)       a result cannot be written
    ├── ModelError    (ValueError)    a model, card, recipe or checkpoint is wrong or missing
    ├── ImageError    (ValueError)    an image given in Python has the wrong type or shape
    ├── DeviceError   (RuntimeError)  the device asked for does not run
    ├── TrainError    (RuntimeError)  training or optimisation cannot go on
    └── MissingExtra  (ImportError)   an optional package is not installed

The message says what happened; ``hint`` says what to type next. The command line prints both.
"""


class NstError(Exception):
    """Something the user can put right."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SourceError(NstError, OSError):
    """A picture, video or camera cannot be read."""


class SinkError(NstError, OSError):
    """A result cannot be written."""


class ModelError(NstError, ValueError):
    """A model, card, recipe or checkpoint is wrong or missing."""


class ImageError(NstError, ValueError):
    """An image given in Python has the wrong type or shape."""


class DeviceError(NstError, RuntimeError):
    """The device asked for does not run."""


class TrainError(NstError, RuntimeError):
    """Training or optimisation cannot go on."""


class MissingExtraError(NstError, ImportError):
    """An optional package is not installed."""
