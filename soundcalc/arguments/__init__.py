"""The arguments above the commitments of published configurations: constraints, lookups."""
