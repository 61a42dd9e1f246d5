"""Weakened checks: what they let pass, and what is on record of them."""

from __future__ import annotations

import pytest

from spec.protocol import canonical
from spec.protocol.canonical import Reader
from spec.rejection import Rejected
from tests.check_mutation.groups import GROUP_BY_NAME, GROUPS, Group
from tests.check_mutation.mutants import mutants_of, mutated
from tests.check_mutation.record import Entry, digests, read_record
from tests.check_mutation.survivors import EXPLAINED
from tests.check_mutation.sweep import Calls, Fate, SelectionError, fates, group_mutants, is_another_reason

COUNT = "spec.protocol.canonical.Reader.count"
MUTANTS = {mutant.name: mutant for mutant in mutants_of(canonical)}


def _is_read(count: int, minimum: int, maximum: int) -> bool:
    try:
        return Reader(count.to_bytes(4, "little")).count("parts", minimum, maximum) == count
    except Rejected:
        return False


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ("without ENCODING_COUNT_OUT_OF_BOUNDS", [1, 2, 3, 4, 5]),
        ("bound moved in minimum <= count <= maximum", [3, 4]),
        ("bound moved in minimum <= count <= maximum #2", [2, 3]),
    ],
)
def test_weakened_check_lets_something_else_pass_and_comes_back(change: str, counts: list[int]) -> None:
    def read() -> list[int]:
        return [count for count in range(1, 6) if _is_read(count, 2, 4)]

    with mutated(MUTANTS[f"{COUNT}: {change}"]):
        assert read() == counts
    assert read() == [2, 3, 4]


def test_mutant_of_every_refusal_of_a_module_is_made() -> None:
    refusals = [name for name in MUTANTS if name.startswith(COUNT)]
    assert len(refusals) == 3
    assert len(MUTANTS) == len(mutants_of(canonical))


@pytest.mark.forks
def test_mutant_is_killed_by_a_test_that_is_named_or_by_none() -> None:
    """The tests of numbers alone do not notice what happens to counts."""
    group = Group("counts", ("spec.protocol.canonical",), ("tests/spec/protocol/test_canonical.py",))
    mutant = MUTANTS[f"{COUNT}: without ENCODING_COUNT_OUT_OF_BOUNDS"]
    ((found, fate),) = fates(group, [mutant])
    assert found == mutant
    assert fate.is_kill
    assert fate.test is not None
    assert fate.test.startswith("tests/spec/protocol/test_canonical.py::test_")
    elsewhere = Group("elsewhere", group.modules, ("tests/spec/protocol/test_labels.py",))
    assert list(fates(elsewhere, [mutant])) == [(mutant, Fate())]


def test_calls_of_what_mutants_change_are_noted_by_test() -> None:
    """Also where the function is called through another one; what is called outside of a test is nobody's."""
    read, finish = Reader.count.__code__, Reader.finish.__code__
    calls = Calls({read, finish}, {})
    with calls.heard("reads"):
        assert _is_read(3, 2, 4)
    _is_read(3, 2, 4)
    with calls.heard("does nothing"):
        pass
    assert calls.by_test == {"reads": {read}, "does nothing": set()}


@pytest.mark.parametrize(
    ("failure", "is_another"),
    [
        ("E   AssertionError: assert <Rejection.FOLD_COUNT: 'x'> is <Rejection.QUERY_COUNT: 'y'>", True),
        ("E   assert (<LoadRejection.BAD_MAGIC: 'x'>, '') == (<LoadRejection.NOT_RISCV: 'y'>, '')", True),
        ("E   AssertionError: assert None == (<Rejection.FOLD_COUNT: 'x'>, 'here')", False),
        ("E   Failed: DID NOT RAISE Rejected", False),
        (
            "E   IndexError: tuple index out of range\nE   <Rejection.FOLD_COUNT: 'x'> <Rejection.QUERY_COUNT: 'y'>",
            False,
        ),
    ],
)
def test_refusal_for_another_reason_is_told_from_an_acceptance(failure: str, is_another: bool) -> None:
    assert is_another_reason(f"def test():\n    pass\n{failure}") == is_another


def test_mutant_that_is_refused_for_another_reason_is_no_kill() -> None:
    entry = Entry.of("today", {}, 3, {"a": Fate("test"), "b": Fate("test", True), "c": Fate()})
    assert (entry.killed, entry.survivors) == (1, ["b", "c"])
    assert entry.by_mutant == {"a": Fate("test"), "b": Fate("test", True), "c": Fate()}


@pytest.mark.forks
def test_tests_that_do_not_exist_are_no_selection() -> None:
    with pytest.raises(SelectionError, match="cannot be collected"):
        list(fates(Group("none", ("spec.protocol.canonical",), ("tests/spec/protocol/test_none.py",)), []))


def test_names_of_groups_and_of_mutants_are_unique() -> None:
    assert len(GROUP_BY_NAME) == len(GROUPS)
    names = [mutant.name for group in GROUPS for mutant in group_mutants(group)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", read_record())
def test_record_of_a_group_is_of_the_checks_that_it_has(name: str) -> None:
    """Comments and layout may have changed since: `make mutants-of-checks` goes by the digests, this by the checks."""
    group, entry = GROUP_BY_NAME[name], read_record()[name]
    mutants = [mutant.name for mutant in group_mutants(group)]
    assert set(entry.sources) == set(digests(group))
    assert (entry.mutants, set(entry.fates) - set(mutants)) == (len(mutants), set()), "make mutants-of-checks"


def test_every_survivor_is_explained_and_nothing_else() -> None:
    assert {survivor for entry in read_record().values() for survivor in entry.survivors} == set(EXPLAINED)
