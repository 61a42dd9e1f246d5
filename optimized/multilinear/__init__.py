"""The second protocol's kernels in numba."""
