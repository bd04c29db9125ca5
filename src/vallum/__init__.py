"""Vallum: plan, watch, share and report the keeping of a long line."""

__version__ = "0.1.0"
