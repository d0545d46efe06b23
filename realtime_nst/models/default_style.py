"""The default style, in a module of its own, which help texts can import in no time."""

DEFAULT_STYLE = "starry-night"
"""Style that commands use if none is given."""
