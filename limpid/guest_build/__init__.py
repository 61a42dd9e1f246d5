"""From sources to a guest: compilers, the guest library, and the build door."""
