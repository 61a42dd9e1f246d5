"""Arithmetic of the field and its extension on lanes."""
