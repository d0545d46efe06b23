"""What to do about a package that cannot be imported."""

SYSTEM = ("libGL", "libxcb", "libgthread", "libglib", "libEGL")
"""Libraries that OpenCV's windows need, and that servers and containers lack."""


def explain(error: ImportError) -> tuple[str, str]:
    """What happened, and what to type."""
    text = str(error)
    if any(library in text for library in SYSTEM):
        return (
            f"OpenCV cannot be loaded: {text}",
            "apt-get install libgl1 libglib2.0-0, or without windows: "
            "pip uninstall -y opencv-python && pip install opencv-python-headless",
        )
    return f"a package cannot be imported: {text}", "install again: pip install realtime-nst"
