"""The user's door: command line and Python API of the Limpid zkVM."""

from limpid.api import (
    Accepted,
    Proof,
    TraceCheck,
    check_trace,
    keygen,
    prove,
    run,
    verify,
)
from limpid.errors import LimpidError
from limpid.inspection import inspect
from reference.execution import Execution
from spec.protocol.key import VerificationKey, decode_key
from spec.rejection import Rejected, Rejection

__all__ = [
    "Accepted",
    "Execution",
    "LimpidError",
    "Proof",
    "Rejected",
    "Rejection",
    "TraceCheck",
    "VerificationKey",
    "check_trace",
    "decode_key",
    "inspect",
    "keygen",
    "prove",
    "run",
    "verify",
]
