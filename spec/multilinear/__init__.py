"""The multilinear protocol: LogUp as a GKR circuit, one zerocheck, stacked columns, WHIR."""
