"""Values that every layer shares: standard library, pydantic and array types only."""
