"""The reader of the .proto file, against the compiler of the language where there is one, and bytes by hand."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from limpid.service.protocol_buffers import PROTO, MalformedError, calls, decoded, encoded, file_descriptor
from limpid.service.reports import execution_report, proving_report


@pytest.mark.skipif(shutil.which("protoc") is None, reason="needs protobuf-compiler")
def test_reader_finds_what_the_compiler_finds(tmp_path: Path) -> None:
    target = tmp_path / "set"
    command = ["protoc", f"--proto_path={PROTO.parent}", f"--descriptor_set_out={target}", PROTO.name]
    subprocess.run(command, check=True)
    (compiled,) = descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes()).file
    services = [
        (service.name, [(call.name, call.input_type, call.output_type) for call in service.method])
        for service in compiled.service
    ]
    assert services == [
        (
            "ZkvmService",
            [
                (name, f".api.{name}Request", f".api.{name}Response")
                for name in ("Execute", "Prove", "Verify", "ProgramVk")
            ],
        )
    ]
    compiled.ClearField("service")
    assert file_descriptor(PROTO.read_text()) == compiled


def test_calls_are_those_of_ere() -> None:
    assert list(calls()) == [f"api.ZkvmService/{name}" for name in ("Execute", "Prove", "Verify", "ProgramVk")]


def test_messages_have_the_numbers_of_ere() -> None:
    response = calls()["api.ZkvmService/Prove"].response
    made = response(ok={"public_values": b"v", "proof": b"p", "report": b"r"})
    assert encoded(made, as_json=False) == b"\x0a\x09\x0a\x01v\x12\x01p\x1a\x01r"
    assert encoded(response(err="e"), as_json=False) == b"\x12\x01e"
    # An answer without bytes is an answer all the same.
    assert encoded(calls()["api.ZkvmService/Verify"].response(ok={"public_values": b""}), as_json=False) == b"\x0a\x00"
    assert encoded(made, as_json=True) == b'{"ok": {"public_values": "dg==", "proof": "cA==", "report": "cg=="}}'


def test_optional_field_is_there_though_it_is_empty() -> None:
    request = calls()["api.ZkvmService/Prove"].request
    assert decoded(request, b"\x12\x00", as_json=False).HasField("input_proofs")
    assert not decoded(request, b"\x0a\x00", as_json=False).HasField("input_proofs")
    # Fields of a newer version are passed over.
    assert decoded(request, b"\x1a\x01x\x0a\x01y", as_json=False).input_stdin == b"y"


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"null", b"7", b'"a"', b"{", b'{"input_stdin": {}}', b'{"input_stdin": "!"']
)
def test_text_that_is_no_message_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedError):
        decoded(calls()["api.ZkvmService/Prove"].request, text, as_json=True)


def test_reports_are_in_bincode() -> None:
    assert execution_report(7, 1.5) == struct.pack("<QQQI", 7, 0, 1, 500_000_000)
    assert proving_report(7, 2.25) == struct.pack("<QIBQ", 2, 250_000_000, 1, 7)
