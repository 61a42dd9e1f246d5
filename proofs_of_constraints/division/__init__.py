"""The division chips: their function and their completeness."""
