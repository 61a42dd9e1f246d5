"""The Python API: what the command line does, as typed functions over bytes.

What fails raises a LimpidError; an argument of another type or range is a MisuseError. A verdict is no LimpidError:
`verify` and `check_dev_receipt` raise Rejected and return nothing else than acceptance. `limpid.inspect` and
`limpid.decode_key` raise Rejected for damaged bytes.
"""
