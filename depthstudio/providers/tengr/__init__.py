"""Tengr's public API: artworks are asked for, and asked after until they are there."""
