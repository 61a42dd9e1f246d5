"""Frozen vectors: bytes that were written once, with the verdict that every later verifier has to give on them.

A set is a folder named by the digest of the machine that its files are about. Its `vectors.json` says of each file what
its head names (versions, parameter sets, machines), and lists cases: a file, perhaps with a change, a question, and the
verdict of a verifier of that machine. Any other verifier must say why it cannot judge: `expected_verdict`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limpid.api.verifying import check_dev_receipt, verify
from optimized.verifier.run import TOOLS
from reference.verifier.final import KnownTree, TreeConstants, verify_encoded_final
from reference.verifier.run import check_key
from spec.parameters import PARAMETER_SETS
from spec.protocol.development import DEVELOPMENT_VERSION
from spec.protocol.final_encoding import FINAL_VERSION
from spec.protocol.hash import digest_words
from spec.protocol.key_encoding import KEY_VERSION, decode_key
from spec.protocol.proof_encoding import PROOF_VERSION
from spec.protocol.run import parameters_digest
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from tests import small_tree
from tests.small_machine import SMALL_MACHINE, output_tokens
from tests.small_runs import CAPPED

SETS = Path(__file__).parent / "sets"
ACCEPTED = "ACCEPTED"
FILE_NAME = "vectors.json"

VERSIONS = {
    "run": (PROOF_VERSION, Rejection.PROOF_VERSION),
    "final": (FINAL_VERSION, Rejection.PROOF_VERSION),
    "key": (KEY_VERSION, Rejection.KEY_VERSION),
    "receipt": (DEVELOPMENT_VERSION, Rejection.DEVELOPMENT_VERSION),
}
"""By format, the version that is read today, and why another one is rejected."""

KNOWN_SETS = {**PARAMETER_SETS, CAPPED.name: CAPPED, small_tree.NODES.name: small_tree.NODES}
"""All parameter sets that keys in vectors may name: a final proof's are those of the small tree."""


@dataclass(frozen=True)
class Question:
    """What the verifier is asked about; None accepts anything."""

    program: bytes | None = None
    output: bytes | None = None
    exit_code: int = 0
    allow_insecure: bool = True

    def document(self) -> dict[str, object]:
        """The question in JSON."""
        return {
            "program": None if self.program is None else self.program.hex(),
            "output": None if self.output is None else self.output.hex(),
            "exit_code": self.exit_code,
            "allow_insecure": self.allow_insecure,
        }


def question_of(document: dict[str, Any]) -> Question:
    """The question of its JSON."""
    program, output = (
        None if (text := document[name]) is None else bytes.fromhex(text) for name in ("program", "output")
    )
    return Question(program, output, document["exit_code"], document["allow_insecure"])


def changed(content: bytes, change: dict[str, Any]) -> bytes:
    """The bytes with some replaced (`at`, `bytes`), cut off (`cut`) or appended (`append`)."""
    if "at" in change:
        new = bytes.fromhex(change["bytes"])
        content = content[: change["at"]] + new + content[change["at"] + len(new) :]
    return content[: len(content) - change.get("cut", 0)] + bytes.fromhex(change.get("append", ""))


def head_verdict(head: dict[str, Any]) -> str | None:
    """Why today's verifier cannot judge a file with this head; None if it can. In the order in which heads are read."""
    read, other_version = VERSIONS[head["format"]]
    if head["version"] != read:
        return other_version.name
    machines = {RV64IM.digest.hex(), SMALL_MACHINE.digest.hex(), small_tree.DESIGN.final_machine.digest.hex()}
    for key in head["keys"]:
        if key["version"] != KEY_VERSION:
            return Rejection.KEY_VERSION.name
        parameters = KNOWN_SETS.get(key["parameters"])
        if parameters is None:
            return Rejection.PARAMETERS_UNKNOWN.name
        if parameters_digest(parameters).hex() != key["parameters_digest"]:
            return Rejection.PARAMETERS_CHANGED.name
        if key["machine_digest"] not in machines:
            return Rejection.MACHINE_DIFFERS.name
    return None


def expected_verdict(case: dict[str, Any], head: dict[str, Any]) -> str:
    """The verdict on record, or why today's verifier cannot judge the file."""
    recorded: str = case["verdict"]
    # What is rejected by its first bytes is so under every machine.
    return recorded if case["by_first_bytes"] else head_verdict(head) or recorded


def verdict(content: bytes, ask: str, question: Question, tree: dict[str, str], backend: str) -> str:
    """What today's verifier says: ACCEPTED, or the name of the rejection. `ask` says which verifier is asked."""
    try:
        match ask:
            case "run":
                verify(
                    content,
                    program=question.program,
                    output=question.output,
                    exit_code=question.exit_code,
                    allow_insecure=question.allow_insecure,
                    backend=backend,
                )
            case "key":
                check_key(decode_key(content, RV64IM))
            case "receipt":
                check_dev_receipt(
                    content,
                    program=question.program,
                    output=question.output,
                    exit_code=question.exit_code,
                    allow_insecure=question.allow_insecure,
                )
            case "final":
                _verify_small_final(content, question, tree)
            case _:
                raise ValueError(f"no verifier is called {ask}")
    except Rejected as rejected:
        return rejected.reason.name
    return ACCEPTED


def _verify_small_final(content: bytes, question: Question, tree: dict[str, str]) -> None:
    """Verifies a final proof of the small machine under the keys on record.

    Raises Rejected at the first check that fails.
    """
    final_key, root = (digest_words(bytes.fromhex(tree[name])) for name in ("final_key_id", "key_list_root"))
    known = KnownTree(SMALL_MACHINE, small_tree.DESIGN.final_machine, TreeConstants(final_key, root), output_tokens)
    verify_encoded_final(
        content,
        known,
        question.program,
        question.output,
        (question.exit_code,),
        allow_insecure=question.allow_insecure,
        tools=TOOLS,
    )


def loaded(folder: Path) -> dict[str, Any]:
    """What a set's `vectors.json` says."""
    document: dict[str, Any] = json.loads((folder / FILE_NAME).read_text())
    return document
