"""Services that turn footage into depth and geometry. One file each in `builtin`."""
