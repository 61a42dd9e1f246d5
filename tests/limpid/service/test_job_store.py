"""Jobs on the disk: what is whole is found again, what is not is left alone or swept away."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.service.guests import Kind, ServedGuest, require_name
from limpid.service.job_store import Job, JobStore, State, identifier_of
from limpid.service.refusals import ServiceGuestError
from reference.segments.folder import FINAL_NAME, PROOF_NAME

GUEST = ServedGuest("guest", Path("guest.elf"), b"key", bytes(32), False, "tiny", Kind.SEGMENTS)
FINAL = replace(GUEST, name="guest-final", kind=Kind.FINAL)
ROOT = "0x" + "11" * 32


def opened(folder: Path, *guests: ServedGuest) -> tuple[JobStore, list[str]]:
    """A store as a server that starts has it."""
    store = JobStore(folder, guests or (GUEST,))
    return store, store.load()


def added(store: JobStore, content: bytes, guest: ServedGuest = GUEST) -> Job:
    """A new job."""
    job = store.write(guest, content, hashlib.sha256(content).hexdigest(), ROOT)
    store.add(job)
    return job


def finish(store: JobStore, job: Job) -> None:
    """Ends a job as a prover does."""
    job.run_folder.mkdir()
    (job.run_folder / PROOF_NAME).write_bytes(b"proof")
    (job.run_folder / "0000.plan").write_bytes(b"plan")
    store.finish(job, {"instructions": 7})


def test_jobs_are_found_again_in_order_and_in_their_states(tmp_path: Path) -> None:
    store, notes = opened(tmp_path)
    assert notes == []
    first, second, third = (added(store, content) for content in (b"a", b"b", b"c"))
    finish(store, first)
    store.fail(second, "trap", "it ended", "look")
    again, notes = opened(tmp_path)
    assert notes == []
    assert [(job.identifier, job.state) for job in again.all()] == [
        (first.identifier, State.PROVEN),
        (second.identifier, State.FAILED),
        (third.identifier, State.WAITING),
    ]
    assert again.all()[0].outcome == {"instructions": 7}
    assert again.all()[1].outcome == {"error": {"kind": "trap", "message": "it ended", "next_step": "look"}}
    assert [job.ended.is_set() for job in again.all()] == [True, True, False]
    assert [job.identifier for job in again.waiting()] == [third.identifier]
    assert again.all()[2].input_path.read_bytes() == b"c"
    assert first.proof_path.read_bytes() == b"proof"
    assert not first.run_folder.exists()


def test_job_in_work_when_the_server_dies_waits_again_with_its_run(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    job = added(store, b"a")
    job.state = State.PROVING
    job.run_folder.mkdir()
    (job.run_folder / "0000.proof").write_bytes(b"segment")
    # The server dies when the proof is kept, before it says so: the proof is made again, of the same segments.
    job.proof_path.write_bytes(b"proof")
    again, notes = opened(tmp_path)
    assert notes == []
    assert [found.state for found in again.all()] == [State.WAITING]
    assert (again.all()[0].run_folder / "0000.proof").read_bytes() == b"segment"
    (job.run_folder / PROOF_NAME).write_bytes(b"the same proof")
    again.finish(again.all()[0], {})
    assert job.proof_path.read_bytes() == b"the same proof"


def test_folder_that_is_not_whole_is_swept_away_and_files_half_written_with_it(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    job = added(store, b"a")
    (tmp_path / "jobs" / ".fresh-0011").mkdir()
    (tmp_path / "jobs" / ".fresh-0011" / "input").write_bytes(b"half")
    (job.folder / "outcome.json.partial").write_bytes(b"{")
    again, notes = opened(tmp_path)
    assert notes == []
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == [job.identifier]
    assert not (job.folder / "outcome.json.partial").exists()
    assert [found.state for found in again.all()] == [State.WAITING]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("request.json", b""),
        ("request.json", b"\xff"),
        ("request.json", b"[]"),
        ("request.json", b"[" * 100_000),
        ("request.json", b"{}"),
        ("request.json", b'{"format": "limpid job", "version": 1}'),
        ("request.json", b'{"format": "limpid job", "version": 2}'),
        ("request.json", b'{"format": "limpid job", "version": 2, "kind": "none"}'),
        ("input", b"other"),
        ("outcome.json", b"{}"),
        ("outcome.json", b'{"state": "none", "finished": 1, "outcome": {}}'),
    ],
)
def test_damaged_job_is_left_alone_and_told(name: str, content: bytes, tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    damaged, whole = added(store, b"a"), added(store, b"b")
    (damaged.folder / name).write_bytes(content)
    again, notes = opened(tmp_path)
    assert [job.identifier for job in again.all()] == [whole.identifier]
    assert len(notes) == 1
    assert notes[0].startswith(f"{damaged.folder} holds no job and is left alone: ")
    assert (damaged.folder / name).read_bytes() == content


def test_job_of_another_guest_parameter_set_or_kind_waits_for_its_server(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    job = added(store, b"a")
    others = (replace(GUEST, program_id=bytes([1]) * 32), replace(GUEST, parameters="segment"), FINAL)
    for store, _ in (opened(tmp_path, other) for other in others):
        assert [(found.identifier, found.state) for found in store.all()] == [(job.identifier, State.UNSERVED)]
        assert store.unfinished == 0
    assert [found.state for found in opened(tmp_path)[0].all()] == [State.WAITING]


def test_job_goes_by_the_name_that_its_guest_has_now(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    finish(store, added(store, b"a"))
    added(store, b"b")
    again, _ = opened(tmp_path, replace(GUEST, name="renamed"))
    assert [(job.guest, job.state) for job in again.all()] == [("renamed", State.PROVEN), ("renamed", State.WAITING)]
    assert again.of_root(ROOT, "renamed") == list(again.all())


def test_failed_job_that_is_tried_again_keeps_its_run(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    job = added(store, b"a")
    job.run_folder.mkdir()
    store.fail(job, "memory", "too little", None)
    store.retry(job)
    assert (job.state, job.outcome, job.ended.is_set()) == (State.WAITING, {}, False)
    assert job.run_folder.exists()
    assert [found.state for found in opened(tmp_path)[0].all()] == [State.WAITING]


def test_jobs_that_were_finished_first_are_forgotten_and_no_others(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    jobs = [added(store, bytes([number])) for number in range(5)]
    for job in (jobs[3], jobs[1], jobs[2]):
        finish(store, job)
    assert [job.identifier for job in store.forget(1)] == [jobs[3].identifier, jobs[1].identifier]
    left = [jobs[0], jobs[2], jobs[4]]
    assert list(store.all()) == left
    assert {path.name for path in (tmp_path / "jobs").iterdir()} == {job.identifier for job in left}


def test_final_proof_of_an_input_is_a_job_of_its_own(tmp_path: Path) -> None:
    store, _ = opened(tmp_path, GUEST, FINAL)
    segments, final = added(store, b"a"), added(store, b"a", FINAL)
    final.run_folder.mkdir()
    # What a final proof is folded from stands beside it.
    (final.run_folder / PROOF_NAME).write_bytes(b"segments")
    (final.run_folder / FINAL_NAME).write_bytes(b"final")
    store.finish(final, {})
    assert final.proof_path.read_bytes() == b"final"
    again, notes = opened(tmp_path, GUEST, FINAL)
    assert notes == []
    assert [(job.identifier, job.guest, job.kind, job.state) for job in again.all()] == [
        (segments.identifier, "guest", Kind.SEGMENTS, State.WAITING),
        (final.identifier, "guest-final", Kind.FINAL, State.PROVEN),
    ]


def test_id_depends_on_program_parameters_kind_and_input() -> None:
    digest = hashlib.sha256(b"a").hexdigest()
    ids = {
        identifier_of(GUEST, digest),
        identifier_of(FINAL, digest),
        identifier_of(replace(GUEST, parameters="segment"), digest),
        identifier_of(GUEST, hashlib.sha256(b"b").hexdigest()),
        identifier_of(replace(GUEST, program_id=bytes([1]) * 32), digest),
    }
    assert len(ids) == 5
    assert identifier_of(replace(GUEST, name="other"), digest) in ids


def test_request_says_what_it_is(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    record = json.loads((added(store, b"abc").folder / "request.json").read_text())
    assert record.pop("accepted") > 0
    assert record == {
        "format": "limpid job",
        "version": 2,
        "guest": "guest",
        "program_id": "00" * 32,
        "parameters": "tiny",
        "kind": "segments",
        "root": ROOT,
        "input_bytes": 3,
        "input_sha256": hashlib.sha256(b"abc").hexdigest(),
    }


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a,b", "a\nb", "a\x00b", "a" * 101])
def test_name_that_no_address_holds_is_refused(name: str) -> None:
    with pytest.raises(ServiceGuestError, match="cannot be a guest's name"):
        require_name(name)
    require_name("a" * 100)
    require_name("<b> & 'c' \"d\" é")


def test_folder_under_another_jobs_name_is_left_alone(tmp_path: Path) -> None:
    store, _ = opened(tmp_path)
    job = added(store, b"a")
    job.folder.rename(job.folder.with_name("0" * 64))
    again, notes = opened(tmp_path)
    assert again.all() == ()
    assert "it is not what its name says" in notes[0]
