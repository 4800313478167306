"""Builds the objects, connects them and runs the one loop that carries window and network."""
