"""All obligations together: identities, coverage, selection, export, facts and the page."""

import re
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from proofs_of_constraints.audit import machine_obligation_list, obligations_of_chip, prove, run, selected
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, UndecidedError, Verdict
from proofs_of_constraints.report.page import Audit, html_page
from proofs_of_constraints.report.results import NOT_COVERED, counterexample_lines, facts_of
from proofs_of_constraints.translation.program_layout import executed_instructions
from spec.air.expression import lift
from spec.rv64im.machine import CHIPS, INSTRUCTION_CHIPS, SEGMENT_PUBLIC_VALUES
from tests.proofs_of_constraints.broken_chips import interaction, result_of, with_interaction, without
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT

ABOUT = Audit("2001-01-01 00:00 UTC", "Machine rv64im with the digest 0123", "7 of 8 obligations of rv64im")

INSTRUCTION_KINDS = {Kind.NOT_VACUOUS, Kind.FUNCTION, Kind.DETERMINISM, Kind.COMPLETE}
ROW_KINDS = {Kind.SELECTED, Kind.PADDING, Kind.MULTIPLICITIES, Kind.CLOCK_ORDER, Kind.DISCIPLINE, Kind.MEMORY}


def test_identities_are_unique() -> None:
    identities = [o.identity for o in machine_obligation_list()]
    assert len(set(identities)) == len(identities)


def test_every_instruction_of_every_chip_has_every_kind() -> None:
    for chip in INSTRUCTION_CHIPS:
        for executed in executed_instructions():
            kinds = {o.kind for o in machine_obligation_list() if (o.chip, o.instruction) == (chip.name, executed.name)}
            # A word of advice is free: nothing determines it.
            expected = INSTRUCTION_KINDS - ({Kind.DETERMINISM} if chip.name == "advice" else set())
            assert kinds == (expected if executed.opcode in chip.instructions else set())
        assert {o.kind for o in machine_obligation_list() if (o.chip, o.instruction) == (chip.name, "")} == ROW_KINDS


def test_every_table_has_an_obligation() -> None:
    assert {o.chip for o in machine_obligation_list()} - {""} == {chip.name for chip in CHIPS}


def test_obligations_on_two_processes_are_those_of_any_machine() -> None:
    small = selected(chip="move", audited=SMALL_AUDIT)
    one, two = (list(run(small, jobs, audited=SMALL_AUDIT)) for jobs in (1, 2))
    expected = [(o.identity, Verdict.PROVEN) for o in small]
    assert [(r.identity, r.outcome.verdict) for r in one] == expected
    assert [(r.identity, r.outcome.verdict) for r in two] == expected


def test_every_assumption_is_explained_and_used() -> None:
    both = (*machine_obligation_list(), *machine_obligation_list(CIRCUIT_AUDIT))
    used = {name for obligation in both for name in obligation.assumptions}
    assert used == set(ASSUMPTIONS)


def test_selection_of_an_instruction_has_its_chips_and_its_decoding() -> None:
    found = selected(instruction="lw")
    assert {o.chip for o in found} == {"load_word", "load_misaligned", ""}
    assert {o.instruction for o in found} == {"lw", ""}
    assert {Kind.DECODE, Kind.COVERED, *INSTRUCTION_KINDS, *ROW_KINDS} == {o.kind for o in found}


def test_selection_of_addi_has_the_form_that_is_a_constant() -> None:
    assert {o.chip for o in selected(instruction="addi")} == {"addi", "constant", ""}


@pytest.mark.parametrize(
    ("instruction", "chip", "message"),
    [
        ("halve", None, "^'there is no instruction halve'$"),
        ("lwuu", None, "there is no instruction lwuu; is lwu or lw meant\\?"),
        (None, "cpu", "^'there is no chip cpu'$"),
        (None, "divid", "there is no chip divid; is divide or divide_word meant\\?"),
        ("add", "sub", "no obligation is about add and sub"),
    ],
)
def test_selection_of_nothing_is_refused_by_name(instruction: str | None, chip: str | None, message: str) -> None:
    with pytest.raises(KeyError, match=message):
        selected(instruction, chip)


def test_selection_of_a_kind_has_no_other() -> None:
    assert {o.kind for o in selected(chip="mul", kinds=[Kind.PADDING, Kind.FUNCTION])} == {Kind.PADDING, Kind.FUNCTION}
    with pytest.raises(KeyError, match="no obligation is about mul and decode"):
        selected(chip="mul", kinds=[Kind.DECODE])


def test_query_without_answer_is_unknown() -> None:
    def never(_: Session) -> Outcome:
        raise UndecidedError("a hard query: timeout")

    result = prove(Obligation(Kind.FUNCTION, "add", "add", (), never))
    assert result.outcome.verdict is Verdict.UNKNOWN
    assert "a hard query" in result.outcome.detail


def test_real_timeout_is_unknown() -> None:
    (function,) = [o for o in selected(chip="xor") if o.kind is Kind.FUNCTION]
    assert prove(function, timeout_seconds=0.001).outcome.verdict is Verdict.UNKNOWN


def test_export_writes_every_query_with_its_answer(tmp_path: Path) -> None:
    (result,) = run([o for o in selected(chip="sw") if o.kind is Kind.FUNCTION], smt2_folder=tmp_path)
    files = sorted(tmp_path.iterdir())
    assert len(files) == result.queries == 2
    for file in files:
        text = file.read_text()
        assert text.startswith("; function/sw/sw/in_upper_word=")
        assert text.count("(set-info :status unsat)") == 1
        assert ":status unknown" not in text
        assert "(check-sat)" in text


@pytest.mark.parametrize(
    ("chip", "missing", "kind", "message"),
    [
        ("load_misaligned", "crossing_reaches_the_next_doubleword", Kind.PADDING, "memory_next_taken: receive memory("),
        ("ld", "memory_is_later", Kind.CLOCK_ORDER, "memory_taken: receive memory("),
        ("ld", "memory_is_later", Kind.MEMORY, "memory_put_back: send memory("),
        ("boundary", "gap_low_is_16_bits", Kind.MEMORY, "from_before: receive continuation("),
        ("memory", "step_low_is_16_bits", Kind.FUNCTION, "cursor_before: receive cursor("),
    ],
)
def test_counterexample_of_a_whole_row_claim_is_a_row_with_its_messages(
    chip: str, missing: str, kind: Kind, message: str
) -> None:
    broken = without(chip, missing)
    (obligation,) = [o for o in obligations_of_chip(broken) if o.kind is kind and not o.instruction]
    outcome = prove(obligation).outcome
    assert outcome.verdict is Verdict.REFUTED
    found = outcome.counterexample
    assert found is not None
    assert list(found.columns)[: len(broken.columns)] == list(broken.columns)
    assert any(line.startswith(message) for line in found.messages)
    assert found.satisfies_declaration is True
    cells = {**{f"public.{name}": 0 for name in SEGMENT_PUBLIC_VALUES}, **found.columns}
    assert ConcreteRow(broken, cells).violations() == []
    assert "the row satisfies every constraint and lookup modulo p" in counterexample_lines(found)


@pytest.mark.parametrize(
    ("chip", "missing", "kind"),
    [
        ("add", "real_is_boolean", Kind.MULTIPLICITIES),
        ("add", "real_is_boolean", Kind.SELECTED),
        ("load_word", "at_most_one_selector", Kind.SELECTED),
        ("branch_equal", "is_beq_is_boolean", Kind.SELECTED),
        ("branch_equal", "is_bne_is_boolean", Kind.SELECTED),
        ("store_misaligned", "crossing_reaches_the_next_doubleword", Kind.PADDING),
        ("boundary", "real_is_boolean", Kind.MULTIPLICITIES),
        ("memory", "at_most_one_kind", Kind.MULTIPLICITIES),
        ("memory", "is_input_is_boolean", Kind.PADDING),
    ],
)
def test_counterexample_of_flags_is_a_row_that_satisfies_the_declaration(chip: str, missing: str, kind: Kind) -> None:
    broken = without(chip, missing)
    (obligation,) = [o for o in obligations_of_chip(broken) if o.kind is kind and not o.instruction]
    outcome = prove(obligation).outcome
    assert outcome.verdict is Verdict.REFUTED
    found = outcome.counterexample
    assert found is not None
    assert found.satisfies_declaration is True
    cells = {**{f"public.{name}": 0 for name in SEGMENT_PUBLIC_VALUES}, **found.columns}
    assert ConcreteRow(broken, cells).violations() == []


def test_flags_without_a_whole_row_are_not_said_to_satisfy_the_chip() -> None:
    chip = without("add", "real_is_boolean")
    lookup = interaction(chip, "result_0_is_16_bits")
    never = with_interaction(chip, replace(lookup, message=(lookup.message[0], lift(17))))
    (obligation,) = [o for o in obligations_of_chip(never) if o.kind is Kind.MULTIPLICITIES]
    outcome = prove(obligation).outcome
    assert outcome.detail == "a multiplicity is neither 0 nor 1"
    assert outcome.counterexample is not None
    assert outcome.counterexample.columns["real"] > 1
    assert outcome.counterexample.satisfies_declaration is False
    assert "the row satisfies" not in " ".join(counterexample_lines(outcome.counterexample))


def test_counterexample_names_different_registers_that_a_program_may_name() -> None:
    for kind, instruction, broken in (
        (Kind.FUNCTION, "add", without("add", "carry_0_is_boolean")),
        (Kind.FUNCTION, "sw", without("sw", "address_carry_3_is_boolean")),
        (Kind.CLOCK_ORDER, "", without("add", "source2_is_later")),
    ):
        obligations = obligations_of_chip(broken)
        (wanted,) = [o for o in obligations if (o.kind, o.instruction) == (kind, instruction)]
        found = prove(wanted).outcome.counterexample
        assert found is not None
        named = [found.columns[name] for name in ("source1", "source2", "destination") if name in found.columns]
        assert len(set(named)) == len(named)
        assert all(1 <= register < 32 for register in named)
        assert found.satisfies_declaration is True


def test_page_has_every_kind_of_obligation_for_an_instruction_in_each_of_its_chips() -> None:
    kinds = [Kind.DECODE, Kind.PADDING, Kind.DETERMINISM, Kind.COVERED]
    page = html_page(
        list(run(selected(instruction="lw", kinds=kinds))), {"load_word": {"killed": 7, "survives": 1}}, ABOUT
    )
    for chip in ("load_word", "load_misaligned"):
        (row,) = re.findall(f"<tr><th>{chip}</th><th>lw</th>(.*?)</tr>", page)
        assert row.count("<td class='proven'") == len(kinds)
    assert page.count("<th>lw</th>") == 2
    assert "<tr><th>load_word</th><td class='number'>7</td><td class='number'>1</td></tr>" in page


def test_page_of_a_table_and_of_the_machine_has_their_properties() -> None:
    of_machine = [o for o in selected(kinds=[Kind.MACHINE]) if o.instruction in ("key digest", "bus widths")]
    results = list(run([*selected(chip="range_table"), *of_machine]))
    page = html_page(results, {}, ABOUT)
    assert "<tr><th>range_table</th><th></th><td class='proven'" in page
    assert "<tr><th>machine</th><th>key digest</th><td class='proven'" in page
    assert "<h2>Mutants</h2>" not in page


def test_facts_and_page_show_a_counterexample() -> None:
    result = result_of(without("add", "carry_0_is_boolean"), Kind.FUNCTION, "add")
    facts = facts_of(result)
    assert facts["id"] == "function/add/add"
    assert facts["verdict"] == "refuted"
    found = facts["counterexample"]
    assert isinstance(found, dict)
    assert found["satisfies_declaration"] is True
    assert found["expected"]["destination"] != found["actual"]["destination"]
    page = html_page([result], {}, ABOUT)
    assert "<h3>function/add/add</h3><pre>refuted: " in page
    assert "destination_put_back: send memory(" in page
    assert ASSUMPTIONS["program table"].split(":")[0].replace("'", "&#x27;") in page


def test_page_says_when_what_and_how_much_was_audited_and_what_is_not_covered_before_anything_else() -> None:
    results = list(run(selected(chip="halt", kinds=[Kind.PADDING])))
    page = html_page(results, {"halt": {"killed": 7}}, replace(ABOUT, stale_mutants=frozenset({"halt"})))
    head = page[: page.index("<input")]
    for said in (ABOUT.date, ABOUT.subject, f"Scope: {ABOUT.scope}", *NOT_COVERED):
        assert escape(said) in head
    assert "<th>halt (stale: of another declaration)</th>" in page
    assert "stale" not in html_page(results, {"halt": {"killed": 7}}, ABOUT)
    assert "Not covered" not in html_page(results, {}, replace(ABOUT, is_of_a_machine=False))


def test_page_shows_what_rests_on_what_is_not_proven() -> None:
    obligations = obligations_of_chip(without("add", "carry_0_is_boolean"))
    results = [prove(o) for o in obligations if o.kind in (Kind.FUNCTION, Kind.DETERMINISM, Kind.PADDING)]
    page = html_page(results, {}, ABOUT)
    assert "1 of the proven rest on what is not proven" in page
    assert page.count("<td class='resting'") == 1
    assert "rests on what is not proven: function/add/add" in page
