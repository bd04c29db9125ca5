"""The works programme: what was reported built, against what was planned."""
