"""Live sessions: camera, window, keys, adaptive resolution."""
