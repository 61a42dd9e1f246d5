"""Discrete Fourier transforms of matrices in tiles that stay in the cache."""
