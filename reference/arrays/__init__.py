"""Arithmetic on arrays, one formula a line: what plain kernels, traces and checks are written with."""
