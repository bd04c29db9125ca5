"""What may each partner see? So far: nothing, and that is said in words."""
