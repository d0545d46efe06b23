"""Measure what this machine makes of a model: ``speed``, ``whole``, ``report``, ``chart``."""
