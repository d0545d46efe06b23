"""The functions and classes of the public API; import them from ``realtime_nst``."""
