"""The user's door: command line and Python API of the Limpid zkVM."""

from limpid.api import (
    Accepted,
    DevelopmentRun,
    Proof,
    TraceCheck,
    check_dev_receipt,
    check_trace,
    decode_key,
    keygen,
    prove,
    prove_dev,
    run,
    verify,
)
from limpid.errors import LimpidError
from limpid.reading.inspection import inspect
from reference.execution import Execution
from spec.protocol.key import VerificationKey
from spec.rejection import Rejected, Rejection

__all__ = [
    "Accepted",
    "DevelopmentRun",
    "Execution",
    "LimpidError",
    "Proof",
    "Rejected",
    "Rejection",
    "TraceCheck",
    "VerificationKey",
    "check_dev_receipt",
    "check_trace",
    "decode_key",
    "inspect",
    "keygen",
    "prove",
    "prove_dev",
    "run",
    "verify",
]
