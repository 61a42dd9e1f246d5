"""The circuit's chips by what they work on. Every module exports its chips in a tuple `CHIPS`."""
