"""The heavy steps of the second protocol in numba."""
