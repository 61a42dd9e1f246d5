"""Openings: the stacking sumcheck, and WHIR's vector and weight."""
