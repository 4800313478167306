"""The window itself, and what connects it to the session."""
