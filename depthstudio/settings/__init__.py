"""Where a home lies, who may write to it, and what the user prefers."""
