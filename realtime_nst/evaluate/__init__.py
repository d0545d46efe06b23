"""Measure the quality of stylized images and video; most of it does not need torch."""
