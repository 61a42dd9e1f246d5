"""The commitment scheme: its errors, and the size of its openings."""
