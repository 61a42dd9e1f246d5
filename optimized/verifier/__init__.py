"""The verifier with its heavy steps on arrays: all queries at once, checked by the reference's own code."""
