"""Messages as classes, read from `zkvm_service.proto`: no generated code has to agree with it.

What is read is the part of the language [Protocol Buffers, version 3] that the file needs: messages whose fields are
bytes, strings or messages, optional or in a oneof, and one service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.json_format import MessageToJson, ParseDict, ParseError
from google.protobuf.message import DecodeError, Message

from limpid.service.limits import MESSAGE_DEPTH
from spec.nested_json import NestedTooDeepError, loads

PROTO = Path(__file__).with_name("zkvm_service.proto")

_BLOCK = re.compile(r"^(?P<kind>message|service) (?P<name>\w+) \{\n(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"(?P<optional>optional )?(?P<type>\w+) (?P<name>\w+) = (?P<number>\d+);")
_ONE_OF = re.compile(r"oneof (?P<name>\w+) \{")
_CALL = re.compile(r"rpc (?P<name>\w+)\((?P<request>\w+)\) returns \((?P<response>\w+)\);")
_PACKAGE = re.compile(r"^package (\w+);$", re.MULTILINE)

_TYPES = {
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
}


class MalformedError(ValueError):
    """Bytes or a text that is no message of the type."""


class Call(NamedTuple):
    """A call of the service: its messages' classes."""

    request: type[Message]
    response: type[Message]


def file_descriptor(text: str) -> Any:
    """The description of a .proto file as the library has it, without its services."""
    package = _PACKAGE.findall(text)[0]
    made = descriptor_pb2.FileDescriptorProto(name=PROTO.name, package=package, syntax="proto3")
    for block in _BLOCK.finditer(text):
        if block["kind"] != "message":
            continue
        message = made.message_type.add(name=block["name"])
        one_of = _ONE_OF.search(block["body"])
        if one_of is not None:
            message.oneof_decl.add(name=one_of["name"])
        for field in _FIELD.finditer(block["body"]):
            _add_field(message, field, package, one_of is not None)
    return made


def _add_field(message: Any, field: re.Match[str], package: str, is_one_of: bool) -> None:
    """Adds a field; an optional one is alone in a oneof that the language does not show."""
    made = message.field.add(
        name=field["name"],
        number=int(field["number"]),
        label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
        json_name=_json_name(field["name"]),
    )
    if field["type"] in _TYPES:
        made.type = _TYPES[field["type"]]
    else:
        made.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
        made.type_name = f".{package}.{field['type']}"
    if is_one_of:
        made.oneof_index = 0
    elif field["optional"]:
        made.proto3_optional = True
        made.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{field['name']}")


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _calls(text: str) -> Iterator[tuple[str, str, str]]:
    for block in _BLOCK.finditer(text):
        if block["kind"] == "service":
            for call in _CALL.finditer(block["body"]):
                yield f"{_PACKAGE.findall(text)[0]}.{block['name']}/{call['name']}", call["request"], call["response"]


@cache
def calls() -> dict[str, Call]:
    """Every call by the end of its path, such as api.ZkvmService/Prove."""
    text = PROTO.read_text()
    pool = descriptor_pool.DescriptorPool()
    described = pool.Add(file_descriptor(text)) or pool.FindFileByName(PROTO.name)
    classes = {
        name: message_factory.GetMessageClass(message) for name, message in described.message_types_by_name.items()
    }
    return {path: Call(classes[request], classes[response]) for path, request, response in _calls(text)}


def decoded(kind: type[Message], content: bytes, *, as_json: bool) -> Any:
    """A message of a type. Raises MalformedError if the bytes are none."""
    try:
        if not as_json:
            return kind.FromString(content)
        document = loads(content, MESSAGE_DEPTH)
        if not isinstance(document, dict):
            raise MalformedError(f"the body is no object, as {kind.DESCRIPTOR.name} is")
        return ParseDict(document, kind(), ignore_unknown_fields=True)
    except (DecodeError, ParseError, NestedTooDeepError, ValueError, TypeError, AttributeError) as error:
        raise MalformedError(f"the body is no {kind.DESCRIPTOR.name}") from error


def encoded(message: Message, *, as_json: bool) -> bytes:
    """A message as it is sent; in JSON its fields have the names of the file, as Twirp has it."""
    if as_json:
        return str(MessageToJson(message, preserving_proto_field_name=True, indent=None)).encode()
    return bytes(message.SerializeToString())
