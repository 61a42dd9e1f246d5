"""Obligations about rows, instructions, tables and memory, and how each is proven."""
