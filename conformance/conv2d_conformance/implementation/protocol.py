"""The messages between harness and worker that PROTOCOL.md describes, and the values that they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conv2d_conformance.contract.answers import Answer, Broken, Hello, Observation, Rejected, Request, Result
from conv2d_conformance.contract.array_file import ArrayFile
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.composed import as_composed
from conv2d_conformance.contract.signatures import MAIN, SIGNATURES
from conv2d_conformance.implementation.file_channel import FILE
from conv2d_conformance.implementation.framing import Buffers, ProtocolError, encode, listed

VERSION = 1

BESIDE = "beside."
"""The prefix of the array names of the second of two calls that are made at once."""

KINDS_OF_ERROR = ("not-an-array", "memory", "exit", "protocol", "load")

HELLO: Buffers = encode({"op": "hello", "protocol": VERSION})
BYE: Buffers = encode({"op": "bye"})


def encode_request(request: Request, number: int, *, by_file: bool = False) -> Buffers:
    """The message that asks a worker for this call. The answer must repeat the number.

    Where the arrays go `by_file`, the message only lists them.
    """
    header: dict[str, Any] = {"op": request.operation, "id": number, "arguments": request.arguments}
    if request.view is not None:
        header["view"] = request.view
    if request.viewed is not None:
        header["viewed"] = request.viewed
    arrays = dict(request.arrays)
    if request.beside is not None:
        header["beside"] = {"arguments": request.beside.arguments}
        arrays |= {f"{BESIDE}{name}": array for name, array in request.beside.arrays.items()}
    handed = [item for item in arrays.items() if item[1] is not None]
    return encode({**header, FILE: listed(handed)}) if by_file else encode(header, handed)


def decode_request(header: Mapping[str, Any], arrays: Sequence[Array | None], file: ArrayFile | None = None) -> Request:
    """The call that a message asks for; JSON lists become tuples again. Large arrays may have come in a `file`."""
    if file is not None:
        return Request(header["op"], _tuples(header), file.to_read(), file=file)
    named = {entry["name"]: array for entry, array in zip(header.get("arrays", ()), arrays, strict=True)}
    beside = {name.removeprefix(BESIDE): named.pop(name) for name in [*named] if name.startswith(BESIDE)}
    operation, view = header["op"], header.get("view")
    other = Request(operation, _tuples(header["beside"]), beside, view) if "beside" in header else None
    return Request(operation, _tuples(header), named, view, beside=other, viewed=header.get("viewed"))


def _tuples(call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = call.get("arguments", {})
    return {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}


def encode_answer(answer: Answer, operation: str, number: int) -> Buffers:
    """The message that carries an answer to the harness."""
    match answer:
        case Result():
            names = SIGNATURES[operation].returns
            arrays = zip(names * (len(answer.arrays) // len(names)), answer.arrays, strict=True)
            header = {"answer": "result", "id": number, "seconds": answer.seconds, **_observed(answer.observed)}
            return encode(header, arrays) if answer.file is None else encode({**header, FILE: listed(arrays)})
        case Rejected():
            header = {"answer": "rejected", "id": number, "type": answer.type, "message": answer.message}
            return encode({**header, **_observed(answer.observed)})
        case Broken():
            return encode({"answer": "error", "id": number, "kind": answer.kind, "sentence": answer.sentence})


def _observed(observed: Sequence[Observation]) -> dict[str, Any]:
    return {"observed": [{"kind": item.kind, "sentence": item.sentence} for item in observed]} if observed else {}


def decode_answer(
    header: Mapping[str, Any], arrays: Sequence[Array | None], operation: str, number: int, *, calls: int = 1
) -> Answer:
    """The answer in a message to the request of this operation and number, for one call or two."""
    if (
        header.get("id") != number or header["id"] is True
    ):  # a second answer to an earlier request must not count as this one's
        raise ProtocolError(f"the answer has the id {header.get('id')!r:.80}, the request has {number}")
    match header.get("answer"):
        case "result":
            _require_the_arrays_of(operation, arrays, calls)
            seconds = _number(header, "seconds")
            return Result(arrays=tuple(arrays), observed=_observations(header), seconds=seconds)
        case "rejected":
            return Rejected(_text(header, "type"), _text(header, "message"), observed=_observations(header))
        case "error":
            kind = _text(header, "kind")
            if kind not in KINDS_OF_ERROR:
                raise ProtocolError(f'"kind": {kind!r} is not one of {", ".join(KINDS_OF_ERROR)}')
            return Broken(kind, _text(header, "sentence"))
        case other:
            raise ProtocolError(f'"answer" must be "result", "rejected" or "error", not {other!r:.80}')


def _require_the_arrays_of(operation: str, arrays: Sequence[Array | None], calls: int) -> None:
    signature = SIGNATURES[operation]
    names = signature.returns * calls
    if len(arrays) != len(names):
        raise ProtocolError(f"the answer to {operation} lists {len(arrays)} arrays, not {len(names)}")
    for name, array in zip(names, arrays, strict=True):
        if array is None and name not in signature.may_be_none:
            raise ProtocolError(f"the answer to {operation} has null for the {name}")


def _observations(header: Mapping[str, Any]) -> tuple[Observation, ...]:
    items = header.get("observed", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ProtocolError('"observed" must be a list of objects')
    return tuple(Observation(_text(item, "kind"), _text(item, "sentence")) for item in items)


def _text(header: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = header.get(key, default)
    if not isinstance(value, str):
        raise ProtocolError(f'"{key}" must be a string, not {value!r:.80}')
    return value


def _number(header: Mapping[str, Any], key: str) -> float:
    value = header.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProtocolError(f'"{key}" must be a number, not {value!r:.80}')
    try:
        return float(value)
    except OverflowError:
        raise ProtocolError(f'"{key}" is too large a number') from None


def encode_hello(hello: Hello) -> Buffers:
    """The answer to `hello`."""
    return encode(
        {
            "answer": "hello",
            "protocol": VERSION,
            "name": hello.name,
            "version": hello.version,
            "language": hello.language,
            "capabilities": hello.capabilities.to_json(),
            "description": hello.description,
            "operations": hello.operations,
            "environment": hello.environment,
            "composed": hello.composed,
        }
    )


def decode_hello(header: Mapping[str, Any]) -> Hello:
    """How the worker introduces itself."""
    if header.get("answer") != "hello":
        raise ProtocolError(f'the first answer must be "hello", not {header.get("answer")!r:.80}')
    if header.get("protocol") != VERSION:
        raise ProtocolError(f"the worker speaks protocol {header.get('protocol')!r:.80}, the harness speaks {VERSION}")
    operations, known = header.get("operations", [MAIN]), [*SIGNATURES]
    if not isinstance(operations, list) or MAIN not in operations or any(name not in known for name in operations):
        raise ProtocolError(f'"operations" must be a list of {MAIN} and perhaps others of {", ".join(known)}')
    environment = header.get("environment", {})
    if not isinstance(environment, dict) or not all(isinstance(value, str) for value in environment.values()):
        raise ProtocolError('"environment" must be an object of strings')
    return Hello(
        name=_text(header, "name"),
        version=_text(header, "version"),
        language=_text(header, "language"),
        capabilities=_capabilities(header.get("capabilities", {})),
        description=_text(header, "description", ""),
        operations=tuple(operations),
        environment=environment,
        composed=_composed(header.get("composed", {})),
    )


def _composed(parts: Any) -> dict[str, str]:
    try:
        return as_composed(parts, '"composed"')
    except ValueError as error:
        raise ProtocolError(str(error)) from None


def _capabilities(claims: Any) -> Capabilities:
    if not isinstance(claims, dict):
        raise ProtocolError(f'"capabilities" must be an object, not {claims!r:.80}')
    defaults = Capabilities().to_json()
    for name, value in claims.items():
        if name in defaults and not isinstance(value, type(defaults[name])):
            expected = {bool: "true or false", list: "a list", dict: "an object"}[type(defaults[name])]
            raise ProtocolError(f'"capabilities": {name} must be {expected}, not {value!r:.80}')
    try:
        return Capabilities.from_json(claims)
    except (ValueError, TypeError) as error:
        raise ProtocolError(f'"capabilities": {error}') from None
