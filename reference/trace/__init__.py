"""Honest traces: the tables that an execution fills in. Nothing here gives an instruction its meaning."""
