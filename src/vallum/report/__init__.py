"""What happened, what was built, and what may be said: every figure with where it comes from."""
