"""Vallum."""
