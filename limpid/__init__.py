"""The public interface of the Limpid zkVM: command line and Python API.

A name is imported at its first use: a command waits for nothing that it does not use.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
"""As in `typing`, which whoever stops a command in its first moment would have to wait for."""

if TYPE_CHECKING:
    from limpid.api.aggregating import Final, aggregate
    from limpid.api.checking import TraceCheck, check_trace
    from limpid.api.executing import run
    from limpid.api.final_proving import prove_final
    from limpid.api.proving import DevelopmentRun, Proof, keygen, prove, prove_dev
    from limpid.api.verifying import Accepted, check_dev_receipt, decode_key, verify
    from limpid.errors import LimpidError
    from limpid.reading.inspection import inspect
    from limpid.reading.programs import load_program
    from reference.execution import Execution
    from spec.program import Program
    from spec.protocol.key import VerificationKey
    from spec.rejection import Rejected, Rejection

__all__ = [
    "Accepted",
    "DevelopmentRun",
    "Execution",
    "Final",
    "LimpidError",
    "Program",
    "Proof",
    "Rejected",
    "Rejection",
    "TraceCheck",
    "VerificationKey",
    "aggregate",
    "check_dev_receipt",
    "check_trace",
    "decode_key",
    "inspect",
    "keygen",
    "load_program",
    "prove",
    "prove_dev",
    "prove_final",
    "run",
    "verify",
]

_MODULES = {
    "limpid.api.aggregating": ("Final", "aggregate"),
    "limpid.api.checking": ("TraceCheck", "check_trace"),
    "limpid.api.executing": ("run",),
    "limpid.api.final_proving": ("prove_final",),
    "limpid.api.proving": ("DevelopmentRun", "Proof", "keygen", "prove", "prove_dev"),
    "limpid.api.verifying": ("Accepted", "check_dev_receipt", "decode_key", "verify"),
    "limpid.errors": ("LimpidError",),
    "limpid.reading.inspection": ("inspect",),
    "limpid.reading.programs": ("load_program",),
    "reference.execution": ("Execution",),
    "spec.program": ("Program",),
    "spec.protocol.key": ("VerificationKey",),
    "spec.rejection": ("Rejected", "Rejection"),
}
"""By module, the names of the interface that it defines."""

_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'limpid' has no attribute {name!r}")
    found: object = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
