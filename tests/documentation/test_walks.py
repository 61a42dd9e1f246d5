"""The walks through the code: no step leads to something that is not there."""

from __future__ import annotations

import pytest

from documentation.walks import INSTRUCTION_STEPS, OUTPUT_STEPS, Step, WalkError


def test_every_step_links_to_the_file_that_holds_the_name() -> None:
    assert INSTRUCTION_STEPS[0].place == "[spec/isa/register_arithmetic.py](../spec/isa/register_arithmetic.py): `ADD`"
    for step in (*INSTRUCTION_STEPS, *OUTPUT_STEPS):
        assert step.name in step.place


def test_a_step_to_a_name_that_is_gone_is_refused() -> None:
    with pytest.raises(WalkError, match=r"spec\.isa\.decode has no decode_twice"):
        _ = Step("decodes", "spec.isa.decode", "decode_twice").place
