"""The executor: a program as flat arrays, the loop that runs it, and what it records."""
