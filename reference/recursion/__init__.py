"""Verification as a circuit: the verifier runs on values that write down what is done with them."""
