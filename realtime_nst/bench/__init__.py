"""Benchmark models on this machine: ``latency``, ``end_to_end``, ``memory``, ``report``."""
