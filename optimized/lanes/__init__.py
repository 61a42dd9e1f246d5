"""Several words as one value of compiled code."""
