"""Names of numbered images."""

import re

NUMBER = re.compile(r"%0?\d*d")
"""Placeholder of an image's number in a file name, as in FFmpeg."""
