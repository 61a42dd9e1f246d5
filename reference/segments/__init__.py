"""Long runs: planned once, proven segment by segment, in a folder that survives a stop."""
