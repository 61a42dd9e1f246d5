"""Several words as one value of compiled code, and bringing rows of matrices into that form."""
