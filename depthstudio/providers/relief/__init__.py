"""Depth by this computer alone, from the picture itself."""
