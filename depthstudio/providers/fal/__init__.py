"""How fal is spoken to: its queue, its storage, and what its errors mean."""
