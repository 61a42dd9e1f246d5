"""The columns of all tables, filled from recorded events many rows at a time."""
