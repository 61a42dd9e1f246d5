"""SHA-256 on messages side by side, and the search for nonces."""
