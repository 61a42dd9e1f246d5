"""The README keeps its promises: short, every command runs, every file that it names exists."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tests.conftest import README, ROOT, fenced_blocks, quickstart_section

QUICKSTART_WORDS_MAXIMUM = 400


def test_quickstart_has_at_most_400_words() -> None:
    assert 100 < len(quickstart_section().split()) <= QUICKSTART_WORDS_MAXIMUM


def test_quickstart_code_is_all_shell_or_python() -> None:
    fences = re.findall(r"^```(\w*)$", quickstart_section(), re.MULTILINE)
    assert [language for language in fences if language] == ["sh", "sh", "python"]
    assert len(fences) == 2 * 3


def test_quickstart_commands_run_and_say_what_they_did(quickstart: Path) -> None:
    transcript = (quickstart / "transcript").read_text()
    digest = hashlib.sha256((ROOT / "LICENSE-MIT").read_bytes()).digest()
    assert (quickstart / "build" / "digest").read_bytes() == digest
    assert transcript.count(digest.hex()) == 3
    assert re.search(r"^verdict +ACCEPTED$", transcript, re.MULTILINE)
    proven, verified = re.findall(r"^security +(\d+) bits", transcript, re.MULTILINE)
    assert int(proven) == int(verified) >= 128


def test_quickstart_python_prints_the_number_and_the_bits(tiny: Path) -> None:
    number, bits = (tiny / "transcript").read_text().split()
    assert number == "55"
    assert 0 < int(bits) < 128


def test_quickstart_shows_every_step_of_a_proof() -> None:
    commands = "".join(fenced_blocks("sh"))
    assert re.findall(r"^limpid (\S+)", commands, re.MULTILINE) == [
        "build",
        "run",
        "keygen",
        "prove",
        "verify",
        "doctor",
    ]


def test_chapter_of_the_protocol_is_listed_so_that_nothing_is_used_before_it_is_read() -> None:
    text = README.read_text()
    chapter = text[text.index("5. `parameters.py`") : text.index("6. `rejection.py`")]
    listed = re.findall(r"`(\w+)\.py`", chapter)[1:]
    for position, module in enumerate(listed):
        source = (ROOT / "spec" / "protocol" / f"{module}.py").read_text()
        used = set(re.findall(r"^from spec\.protocol\.(\w+) import", source, re.MULTILINE))
        for names in re.findall(r"^from spec\.protocol import (.+)$", source, re.MULTILINE):
            used |= set(re.findall(r"(?:^|, )(\w+)", names))
        assert used <= set(listed[:position]), module


def test_readme_names_only_files_that_exist() -> None:
    text = README.read_text()
    section = text[text.index("## Reading order") : text.index("## Make targets")]
    chapters = re.findall(r"^(\d)\. ", section, re.MULTILINE)
    names = {name for name in re.findall(r"`([\w/.]+\.py)`", section) if "/" not in name}
    assert chapters == list("123456")
    for name in names:
        assert list((ROOT / "spec").rglob(name)), name
    for path in re.findall(r"`((?:reference|soundcalc)/[\w/]+\.py)`", section):
        assert (ROOT / path).is_file(), path


def test_readme_names_every_make_target() -> None:
    targets = re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert "demo" in targets
    assert sorted(re.findall(r"^\| `make ([\w-]+)`", README.read_text(), re.MULTILINE)) == sorted(targets)
