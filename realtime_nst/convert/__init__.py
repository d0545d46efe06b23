"""Convert video and image files: jobs, resuming, dry runs."""
