"""The parameters that zkVM teams publish: reading, writing and rating them."""
