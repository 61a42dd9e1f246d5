"""Commitments: columns stacked, codewords in tiles that stay in the cache, Merkle trees, proof of work."""
