"""The 3D view: cheap to make, VTK arrives after the window."""
