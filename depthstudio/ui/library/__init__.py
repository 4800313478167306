"""The library dock."""
