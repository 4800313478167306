"""The preferences: keys of services, and where files may go."""
