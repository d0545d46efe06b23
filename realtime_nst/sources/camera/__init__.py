"""Capture from cameras."""
