"""The names of the colour maps, for those who choose one without drawing with it."""

COLOUR_MAPS = ("viridis", "gray", "turbo", "inferno", "magma", "cividis", "spectral")
DEFAULT_COLOUR_MAP = "viridis"
