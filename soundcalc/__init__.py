"""Bits of security from the parameters that a verifier uses. Exact rationals decide; floats only print."""
