"""The argument: LogUp as a GKR circuit, one zerocheck, columns stacked into a few long ones, WHIR."""
