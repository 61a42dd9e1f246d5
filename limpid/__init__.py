"""The public interface of the Limpid zkVM: command line and Python API.

Names are imported when they are asked for: a command waits for nothing that it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limpid.api import check_dev_receipt, check_trace, decode_key, keygen, prove, prove_dev, run, verify
    from limpid.errors import LimpidError
    from limpid.reading.inspection import inspect
    from limpid.reading.programs import load_program
    from limpid.results import Accepted, DevelopmentRun, Proof, TraceCheck
    from reference.execution import Execution
    from spec.program import Program
    from spec.protocol.key import VerificationKey
    from spec.rejection import Rejected, Rejection

__all__ = [
    "Accepted",
    "DevelopmentRun",
    "Execution",
    "LimpidError",
    "Program",
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
    "load_program",
    "prove",
    "prove_dev",
    "run",
    "verify",
]

_FROM_ELSEWHERE = {
    "Accepted": "limpid.results",
    "DevelopmentRun": "limpid.results",
    "Execution": "reference.execution",
    "LimpidError": "limpid.errors",
    "Program": "spec.program",
    "Proof": "limpid.results",
    "Rejected": "spec.rejection",
    "Rejection": "spec.rejection",
    "TraceCheck": "limpid.results",
    "VerificationKey": "spec.protocol.key",
    "inspect": "limpid.reading.inspection",
    "load_program": "limpid.reading.programs",
}
"""By name, the module that defines it; all other names are of `limpid.api`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'limpid' has no attribute {name!r}")
    found: object = getattr(import_module(_FROM_ELSEWHERE.get(name, "limpid.api")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
