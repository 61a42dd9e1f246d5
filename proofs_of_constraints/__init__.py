"""Z3 proofs that the declared constraints of every chip mean its instructions."""
