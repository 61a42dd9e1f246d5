"""Properties of the whole machine, checked on its declarations and on the protocol without a solver."""
