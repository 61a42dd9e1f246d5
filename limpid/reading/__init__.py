"""What is in files that others wrote: proofs, keys, configurations, constraints."""
