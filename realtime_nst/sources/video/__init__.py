"""Read video files."""
