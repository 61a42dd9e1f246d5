"""The arguments above the commitments: constraints, lookups, memory across segments."""
