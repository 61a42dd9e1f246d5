"""The verifier, written against an algebra: on numbers it verifies, on recording values it writes down the circuit."""
