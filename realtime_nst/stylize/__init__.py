"""Stylize frames: styles, blends, timelines and temporal stabilization."""
