"""The normative part of Limpid: the machine as data. No numpy, no numba, no I/O."""
