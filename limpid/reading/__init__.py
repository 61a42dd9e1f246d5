"""What is in files that others wrote: proofs, keys, programs and their names, configurations, constraints."""
