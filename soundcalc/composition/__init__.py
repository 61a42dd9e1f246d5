"""Rounds, the verdict on a proof, and claims about whole runs."""
