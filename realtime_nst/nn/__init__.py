"""Torch networks, VGG features and losses, shared by training, export and the Gatys optimizer."""
