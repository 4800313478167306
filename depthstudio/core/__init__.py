"""Values that every layer shares: standard library, msgspec and array types only."""
