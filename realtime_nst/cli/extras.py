"""Check that an optional extra is installed before a command needs it."""

from realtime_nst.errors import MissingExtraError
from realtime_nst.extras import install_command


def need_torch() -> None:
    """Check that the training extra is installed.

    Raises:
        MissingExtraError: it is not; the hint is the command that installs it.
    """
    try:
        import onnx  # noqa: F401  (all three: only whether they are there)
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"{error.name} is not installed", install_command("train")
        ) from error
