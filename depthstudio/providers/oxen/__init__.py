"""What every provider, and the host, at Oxen have in common."""
