"""Opened columns: values at a point, and combinations of codewords."""
