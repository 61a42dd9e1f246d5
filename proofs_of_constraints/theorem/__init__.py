"""What no solver decides: that balanced tokens are paths, proven once in Coq and applied to the machine's rows."""
