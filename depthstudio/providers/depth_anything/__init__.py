"""What Depth Anything 3 asks of its Space, and what is made and measured of its answer."""
