"""What README says of the evidence is what is there now."""

from __future__ import annotations

import json

from documentation.evidence import RECORD, evidence
from tests.check_mutation.record import read_record
from tests.conftest import README
from tests.evidence.figures import figures
from tests.forging.catalogue import missing_tests

LEAST_ATTACKS = 90


def test_record_of_the_evidence_is_as_new_as_what_it_counts() -> None:
    assert json.loads(RECORD.read_text()) == figures(), "make evidence records it anew"


def test_readme_has_the_evidence_on_record() -> None:
    assert evidence() in README.read_text()


def test_every_kind_of_attack_is_made_and_all_together_are_enough() -> None:
    attacks = json.loads(RECORD.read_text())["attacks"]
    assert missing_tests() == []
    assert sum(attacks.values()) >= LEAST_ATTACKS


def test_nearly_all_weakened_checks_on_record_are_noticed() -> None:
    """All groups count together: a small one may have a check whose weakening changes nothing."""
    entries = read_record().values()
    tried = sum(len(entry.fates) for entry in entries)
    assert sum(entry.killed for entry in entries) >= 0.95 * tried, [entry.survivors for entry in entries]
