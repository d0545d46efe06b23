"""Measure how good painted pictures and films are, without torch."""
