"""The second protocol in numba."""
