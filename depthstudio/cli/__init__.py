"""The command line: the same session as the window, on plain asyncio and without Qt."""
