"""Straight-line programs recorded from the protocol's functions, and running them on every row."""
