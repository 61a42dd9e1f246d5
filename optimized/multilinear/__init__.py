"""The kernels of the multilinear argument."""
