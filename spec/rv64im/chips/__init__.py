"""The chips, one family a file. Every module exports its chips in a tuple `CHIPS`."""
