"""Proximity regimes, and the bounds that hold in them."""
