"""Results on disk: sealed folders, written whole or not at all."""
