"""Constraints of other systems, in the public format of Picus: is every output determined by the inputs?"""
