"""Declarations and meanings in the forms that solvers take."""
