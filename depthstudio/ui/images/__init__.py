"""Depth and photos in two dimensions."""
