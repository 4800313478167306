"""DepthStudio: footage goes in, depth and geometry come back, everything stays on disk."""

__version__ = "0.1.0"
