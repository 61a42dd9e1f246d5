"""The figures of the evidence as they are now."""

from __future__ import annotations

from tests.check_mutation.groups import GROUPS
from tests.check_mutation.record import read_record
from tests.check_mutation.sweep import group_mutants
from tests.forging.catalogue import attacks, collected
from tests.fuzzing.coverage import read_record as read_guided
from tests.fuzzing.record import read_record as read_fuzzing

BAD_ELF_FILES = ("tests/reference/loader/test_rejection.py",)
BAD_ELF = "test_file_with_one_fault_is_rejected_for_it"


def figures() -> dict[str, object]:
    """What is on record: attacks by kind, bad ELF files, weakened checks, and fuzzing."""
    entries, fuzzed, guided = read_record().values(), read_fuzzing(), read_guided().values()
    return {
        "attacks": attacks(),
        "bad_elfs": sum(count for test, count in collected(BAD_ELF_FILES).items() if BAD_ELF in test),
        "mutants_of_checks": {
            "all": sum(len(group_mutants(group)) for group in GROUPS),
            "tried": sum(len(entry.fates) for entry in entries),
            "killed": sum(entry.killed for entry in entries),
        },
        "fuzzed": {"cases": fuzzed.cases, "doors": len(fuzzed.doors), "date": fuzzed.date},
        "fuzzed_by_coverage": {"executions": sum(door["executions"] for door in guided), "doors": len(guided)},
    }
