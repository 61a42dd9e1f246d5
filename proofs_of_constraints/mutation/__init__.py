"""Mutants: chips with one thing taken away, weakened or exchanged, and whether anybody notices."""
