"""Bits of security, sizes and costs of the multilinear protocol, and the search for its parameters."""
