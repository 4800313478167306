"""Geometry in numpy: no files, no rendering."""
