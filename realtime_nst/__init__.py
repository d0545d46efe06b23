"""Real-time neural style transfer for webcams, videos and stills."""

__version__ = "0.1.0"
