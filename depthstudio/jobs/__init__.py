"""Queue, journal, runner and session: asyncio, and no provider known by name."""
