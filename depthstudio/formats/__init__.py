"""Files to arrays and back. Every length, offset and count is checked before use."""
