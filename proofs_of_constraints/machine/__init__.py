"""Properties of a whole machine, checked on its declaration and on the protocol without a solver.

Every check takes the machine as an argument: nothing here knows one by import.
"""
