"""Every example has its page, whose command does what the page says; the proof that is tampered with is rejected."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from limpid.guest_build.build import EXAMPLES, example_sources
from limpid.reading.inspection import ProofContent, content_of_file
from tests.limpid.commands.invocation import limpid

PAGES = {path.stem: path.read_text() for path in EXAMPLES.glob("*.md") if path.stem not in ("README", "tampered_proof")}
COMMAND = re.compile(r"^(?:printf (\S+) \| )?limpid run guest/examples/(elf/\w+\.elf) (.*)$", re.MULTILINE)


def test_pages_are_one_per_example_and_in_the_index() -> None:
    names = [source.stem for source in example_sources()]
    index = (EXAMPLES / "README.md").read_text()
    assert sorted(PAGES) == names
    assert sorted(re.findall(r"^\| \[(\w+)\]\(\1\.md\)", index, re.MULTILINE)) == sorted([*names, "tampered_proof"])


@pytest.mark.parametrize("name", PAGES)
def test_command_of_the_page_gives_what_the_page_says(name: str) -> None:
    page = PAGES[name]
    match = COMMAND.search(page)
    assert match is not None
    piped, elf, options = match.groups()
    assert elf == f"elf/{name}.elf"
    arguments = [str(EXAMPLES.parents[1] / word) if word == "LICENSE-MIT" else word for word in options.split()]
    invocation = limpid("run", EXAMPLES / elf, *arguments, "--json", standard_input=(piped or "").encode())
    if name == "withdrawal":
        assert (invocation.status, invocation.error["reason"]) == (1, "BREAKPOINT")
        return
    claimed = re.findall(r"`([0-9a-f]{16,})`", page)
    assert (invocation.status, invocation.document["exit_code"]) == (0, 0)
    assert claimed == [] or claimed == [invocation.document["output"]]


@pytest.fixture(scope="module")
def tampered_proof() -> ModuleType:
    """The script as a module."""
    path = EXAMPLES / "tampered_proof.py"
    specification = importlib.util.spec_from_file_location("tampered_proof", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_tampered_proof_is_rejected_in_every_way(tampered_proof: ModuleType, tiny: Path) -> None:
    proof = (tiny / "proof").read_bytes()
    content = content_of_file("proof", proof)
    assert isinstance(content, ProofContent)
    answers = tampered_proof.lies(proof, content.key, content.output)
    assert answers.pop("the truth") == "accepted"
    assert len(answers) > 6
    assert "accepted" not in answers.values()
