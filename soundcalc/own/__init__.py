"""Files of our own parameter sets, with the counts of their proofs: written, read, changed."""
