"""Profiles of a run in the forms that people and their tools read."""
