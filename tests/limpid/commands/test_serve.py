"""`limpid serve` as it is started: what it says, and what it refuses before it listens."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from limpid.errors import DONE, SCHEMA_VERSION
from limpid.extras import NEEDED_PACKAGES
from tests.limpid.commands.invocation import FIBONACCI, SHA256, limpid

pytest.importorskip("starlette", reason="needs the extra service")

TOKEN = "0123456789abcdef"
NOWHERE = "nowhere"
"""A guest that is not there: a refusal that fails to come does not leave a server running."""


def test_server_says_one_object_when_it_takes_requests_and_ends_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    command = [sys.executable, "-m", "limpid", "serve", FIBONACCI, f"digest={SHA256}", "--folder", str(folder)]
    command += ["--port", "0", "--parameters", "tiny", "--final", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        start = json.loads(process.stdout.readline())
        mode = folder.stat().st_mode & 0o777
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest) == (DONE, "")
    # Only whoever started it looks into its folder.
    assert mode == 0o700
    assert errors == "Note: the parameter set tiny is insecure: its proofs prove nothing\n"
    ids = [
        limpid("keygen", guest, "--parameters", parameters, "--json").document["program_id"]
        for guest in (FIBONACCI, SHA256)
        for parameters in ("tiny", "recursion")
    ]
    names = [("fibonacci", "segments"), ("fibonacci-final", "final"), ("digest", "segments"), ("digest-final", "final")]
    url = start.pop("url")
    assert url.startswith("http://127.0.0.1:")
    assert start == {
        "schema": SCHEMA_VERSION,
        "folder": str(folder),
        "parameters": "tiny",
        "guests": [
            {"name": name, "kind": kind, "program_id": program_id}
            for (name, kind), program_id in zip(names, ids, strict=True)
        ],
        "unfinished_jobs": 0,
        "token": False,
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "elsewhere.example"])
def test_host_that_others_reach_needs_a_token(host: str, tmp_path: Path) -> None:
    found = limpid("serve", NOWHERE, "--folder", str(tmp_path / "folder"), "--host", host, "--json")
    assert found.error["kind"] == "misuse"
    assert found.error["message"] == f"at {host} others reach the server, and without a token each of them may use it"
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize("content", ["", "\n" + TOKEN, TOKEN[:-1], TOKEN[:8] + " " + TOKEN[8:], "é" * 20, "\x01" * 20])
def test_file_without_a_token_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(content)
    arguments = ["--folder", str(tmp_path / "folder"), "--token-file", str(tmp_path / "token")]
    found = limpid("serve", NOWHERE, *arguments, "--json")
    assert found.error["kind"] == "token"
    assert "openssl rand -hex 32" in found.error["next_step"]


def test_guests_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    folder = ["--folder", str(tmp_path / "folder"), "--port", "0", "--parameters", "tiny", "--json"]
    assert limpid("serve", NOWHERE, NOWHERE, *folder).error["message"] == "two guests have the name nowhere"
    found = limpid("serve", FIBONACCI, f"other={FIBONACCI}", NOWHERE, "--folder", str(tmp_path / "same"), *folder[2:])
    assert found.error["message"] == "other is the same program as another guest"
    found = limpid("serve", NOWHERE, f"{NOWHERE}-final={NOWHERE}", "--final", *folder)
    assert found.error["message"] == "nowhere-final is the name of a guest, and of the final proofs of another"
    assert limpid("serve", f"a,b={NOWHERE}", *folder).error["kind"] == "guest"
    assert limpid("serve", f"={NOWHERE}", *folder).error["kind"] == "guest"
    found = limpid("serve", NOWHERE, "--block-validator", "other", *folder)
    assert found.error["message"] == "--block-validator names no guest: other"
    assert not (tmp_path / "folder").exists()


def test_guest_that_cannot_be_served_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    folder = ["--folder", str(tmp_path / "folder"), "--port", "0", "--parameters", "tiny", "--json"]
    noise = tmp_path / "noise"
    noise.write_text("a text")
    for guests in ([str(noise)], [FIBONACCI, str(noise)]):
        found = limpid("serve", *guests, *folder)
        assert found.error["kind"] == "program"
        assert found.error["message"].startswith(f"{noise}: the file does not start with the ELF magic")
        assert not (tmp_path / "folder").exists()
    assert limpid("serve", str(tmp_path / "nowhere"), *folder).error["kind"] == "file"
    assert not (tmp_path / "folder").exists()
    # What was there before stays.
    (tmp_path / "folder" / "guests").mkdir(parents=True)
    (tmp_path / "folder" / "guests" / "other.elf").touch()
    assert limpid("serve", str(noise), *folder).error["kind"] == "program"
    assert [path.name for path in (tmp_path / "folder" / "guests").iterdir()] == ["other.elf"]


def test_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = limpid("serve", NOWHERE, "--folder", str(tmp_path / "folder"), "--port", port, "--json")
    assert found.error["kind"] == "port"
    assert found.error["message"] == f"cannot listen on 127.0.0.1, port {port}: address already in use"


def test_folder_of_another_server_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from limpid.service import serving

    monkeypatch.setattr(serving, "LOCK_SECONDS", 0)
    with serving._locked(tmp_path / "folder"):
        found = limpid("serve", NOWHERE, "--folder", str(tmp_path / "folder"), "--port", "0", "--json")
    assert found.error["kind"] == "folder"
    assert found.error["message"] == f"another server works in {tmp_path / 'folder'}"
    (tmp_path / "file").touch()
    found = limpid("serve", NOWHERE, "--folder", str(tmp_path / "file"), "--port", "0", "--json")
    assert (found.error["kind"], found.error["message"]) == ("folder", f"{tmp_path / 'file'}: file exists")


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_such_package", "no_such_package.part"):
        monkeypatch.setitem(NEEDED_PACKAGES, "service", ("json", name))
        found = limpid("serve", NOWHERE, "--folder", str(tmp_path / "folder"), "--json")
        assert found.error["kind"] == "missing_packages"
        assert found.error["message"] == f"the Python package {name} is not installed"
        assert found.error["next_step"] == "pip install 'limpid[service]'"
