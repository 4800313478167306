"""The command line: the same session as the window, on plain asyncio and without Qt."""

from depthstudio.cli.main import main

__all__ = ["main"]
