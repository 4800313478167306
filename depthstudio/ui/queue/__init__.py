"""The queue dock."""
