"""Constraints of other systems: is every output determined by the inputs?

Two formats are read, the public one of Picus and an AIR's symbolic constraints as JSON; ours are written in the first.
"""
