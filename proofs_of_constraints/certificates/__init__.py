"""Refutations that anyone can check: clauses, a list of clauses that follow one from the other, and the checker."""
