"""Network streams, and files on the web."""
