"""Releases: the same bytes twice, checksums that notice a change, and signatures made and checked as documented."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import limpid
from limpid.guest_build.build import DEFAULT_COMPILER, EXAMPLES, build
from releasing.artefacts import CHECKSUMS, PROGRAMS, collect, main, write_checksums
from releasing.wheel import ReleaseError
from spec.rv64im.machine import RV64IM
from tests.conftest import ROOT

GUEST = EXAMPLES / "elf" / "fibonacci.elf"


def _contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


@pytest.mark.skipif(shutil.which(DEFAULT_COMPILER) is None, reason=f"needs {DEFAULT_COMPILER}")
def test_guest_built_in_two_folders_has_the_committed_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    for name in ("one", "another/deeper"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        source = Path(shutil.copy(EXAMPLES / "fibonacci.c", folder))
        monkeypatch.chdir(folder)
        build([Path(source.name) if name == "one" else source], folder / "guest.elf")
        built.append((folder / "guest.elf").read_bytes())
    assert built[0] == built[1] == GUEST.read_bytes()


def test_guests_and_keys_collected_twice_are_the_same_and_say_whose_they_are(tmp_path: Path) -> None:
    for name in ("first", "second"):
        collect(tmp_path / name, {"fibonacci": GUEST}, ["tiny"])
        write_checksums(tmp_path / name)
    assert _contents(tmp_path / "first") == _contents(tmp_path / "second")
    found = _contents(tmp_path / "first")
    assert set(found) == {"fibonacci.elf", "fibonacci.tiny.key", PROGRAMS, CHECKSUMS}
    facts = json.loads(found[PROGRAMS])
    assert facts["machine_digest"] == RV64IM.digest.hex()
    key = limpid.decode_key(found["fibonacci.tiny.key"])
    assert bytes.fromhex(facts["programs"]["fibonacci"]["tiny"]) == key.program_id


def test_checksums_are_those_of_every_file_and_notice_a_change(tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    expected = "".join(f"{hashlib.sha256(name[:1].encode()).hexdigest()}  {name}\n" for name in ("a file", "b"))
    assert write_checksums(tmp_path).read_text() == expected
    check = ["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS]
    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "b").write_bytes(b"c")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    with pytest.raises(ReleaseError, match="holds something else than a release"):
        main(tmp_path)
    assert _contents(tmp_path) == {"mine": b"mine"}


def _commands(heading: str) -> list[str]:
    """The commands of a section of SECURITY.md."""
    text = (ROOT / "SECURITY.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^    (\S.*)$", section, re.MULTILINE)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_documented_signature_is_accepted_and_refused_for_changed_checksums(tmp_path: Path) -> None:
    (tmp_path / "guest.elf").write_bytes(b"guest")
    write_checksums(tmp_path)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "release_key"], check=True)
    public = (tmp_path / "release_key.pub").read_text().split()
    (tmp_path / "release_signers").write_text(f"limpid-release {public[0]} {public[1]}\n")
    (tmp_path / "release_key").rename(tmp_path / "RELEASE_KEY")
    (sign,) = _commands("Signing a release")
    verify, check = _commands("Checking a release")

    def status(command: str) -> int:
        return subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False).returncode

    assert [status(command) for command in (sign, verify, check)] == [0, 0, 0]
    (tmp_path / "guest.elf").write_bytes(b"other")
    assert [status(command) for command in (verify, check)] == [0, 1]
    # Who changes a file can change its checksum, and not the signature.
    write_checksums(tmp_path)
    assert status(verify) != 0


def test_no_private_key_is_in_the_repository() -> None:
    # In two parts, or this file would be found.
    command = ["git", "grep", "--files-with-matches", "--cached", "-e", "-----BEGIN .*PRIVATE " + "KEY"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout == ""
