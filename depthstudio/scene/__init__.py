"""Pictures of views with pyvista, without Qt."""
