"""Write video files."""
