"""Whatever a worker writes, it comes to an answer or to one sentence, and never to a failure of the harness."""

import json
import os
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_conformance.contract.answers import Answer, Broken, Rejected, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.framing import Incoming, ProtocolError
from conv2d_conformance.implementation.protocol import decode_answer, decode_hello

LIMIT = 1 << 20
RESULT: dict[str, Any] = {
    "answer": "result",
    "id": 7,
    "arrays": [{"dtype": "float32", "shape": [1, 1, 1, 2]}],
    "seconds": 0.1,
}
REJECTED: dict[str, Any] = {"answer": "rejected", "id": 7, "type": "E", "message": "no"}
HELLO = {"answer": "hello", "protocol": 1, "name": "x", "version": "1", "language": "c", "capabilities": {}}
DATA = np.array([1.0, 2.0], np.float32).tobytes()


def line(message: dict[str, Any], /, **changes: Any) -> bytes:
    return json.dumps({**message, **changes}).encode() + b"\n"


def incoming(data: bytes, piece: int = 1 << 16) -> Incoming:
    """The message that has come when the other side has written this and ended."""
    message = Incoming(LIMIT)
    source, sink = os.pipe()
    try:
        for start in range(0, len(data), piece):
            os.write(sink, data[start : start + piece])
            message.read_from(source)
            if message.complete:
                break
    finally:
        os.close(source)
        os.close(sink)
    return message


def answer_of(data: bytes) -> Answer | None:
    """The answer in the bytes, None where it is not complete."""
    message = incoming(data)
    return decode_answer(message.header, message.arrays, "conv2d", 7) if message.complete else None


def array_of(data: bytes) -> Array:
    answer = answer_of(data)
    assert isinstance(answer, Result)
    (array,) = answer.arrays
    assert array is not None
    return array


def test_what_is_well_formed_is_an_answer() -> None:
    assert array_of(line(RESULT) + DATA).tolist() == [[[[1, 2]]]]
    assert answer_of(line(REJECTED)) == Rejected("E", "no")


def test_numbers_of_languages_without_integers_are_taken() -> None:
    data = b'{"answer":"result","id":7.0,"arrays":[{"dtype":"float32","shape":[1.0,1,1,2e0]}]}\n' + DATA
    assert array_of(data).shape == (1, 1, 1, 2)
    assert answer_of(line(REJECTED).replace(b"\n", b"\r\n")) == Rejected("E", "no")


MALFORMED = {
    "no JSON": (b"ok\n", "expected one line of JSON, got 'ok'"),
    "single quotes": (b"{'answer': 'result'}\n", "expected one line of JSON"),
    "a comma too many": (b'{"answer": "result",}\n', "expected one line of JSON"),
    "two objects": (line(REJECTED)[:-1] + line(REJECTED), "expected one line of JSON"),
    "NaN": (b'{"answer":"result","id":7,"seconds":NaN}\n', "expected one line of JSON"),
    "an infinity": (b'{"answer":"result","id":7,"seconds":-Infinity}\n', "expected one line of JSON"),
    "UTF-16": ((json.dumps(REJECTED) + "\n").encode("utf-16"), "expected one line of JSON"),
    "UTF-16 without a mark": ((json.dumps(REJECTED) + "\n").encode("utf-16-be"), "expected one line of JSON"),
    "a mark of UTF-8": (b"\xef\xbb\xbf" + line(REJECTED), "expected one line of JSON"),
    "Latin-1": (
        '{"answer":"rejected","id":7,"type":"E","message":"ä"}\n'.encode("latin-1"),
        "expected one line of JSON",
    ),
    "NUL": (b"\0" + line(REJECTED), "expected one line of JSON"),
    "NUL within": (b'{"answer":"rejected","id":7,"type":"E","message":"\0"}\n', "expected one line of JSON"),
    "an empty line first": (b"\n" + line(REJECTED), "expected one line of JSON, got ''"),
    "nesting": (b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\n", "expected one line of JSON"),
    "a number of 5000 digits": (b'{"answer":"result","id":' + b"7" * 5000 + b"}\n", "expected one line of JSON"),
    "a list": (b"[]\n", "expected a JSON object, got '[]'"),
    "null": (b"null\n", "expected a JSON object, got 'null'"),
    "a key twice": (b'{"answer":"result","answer":"rejected","id":7}\n', "the key 'answer' occurs twice"),
    "a key of an array twice": (
        b'{"answer":"result","id":7,"arrays":[{"dtype":"float32","shape":[1],"shape":[2]}]}\n',
        "the key 'shape' occurs twice",
    ),
    "bytes after the answer": (line(RESULT) + DATA + b"\n", "1 bytes follow the message"),
    "two answers": (line(REJECTED) + line(REJECTED), "bytes follow the message"),
    "a size below zero": (line(RESULT, arrays=[{"dtype": "float32", "shape": [-1]}]), "[-1] is not a shape"),
    "half an element": (line(RESULT, arrays=[{"dtype": "float32", "shape": [0.5]}]), "[0.5] is not a shape"),
    "text for a size": (line(RESULT, arrays=[{"dtype": "float32", "shape": ["2"]}]), "['2'] is not a shape"),
    "one number for a shape": (line(RESULT, arrays=[{"dtype": "float32", "shape": 2}]), "2 is not a shape"),
    "an infinite size": (
        b'{"answer":"result","id":7,"arrays":[{"dtype":"float32","shape":[1e999]}]}\n',
        "[inf] is not a shape",
    ),
    "an absurd size": (
        line(RESULT, arrays=[{"dtype": "float32", "shape": [1 << 60] * 9}]),
        "are larger than 1048576 bytes",
    ),
    "an absurd size in floats": (
        line(RESULT, arrays=[{"dtype": "float32", "shape": [1e300, 0]}]),
        "are larger than 1048576 bytes",
    ),
    "axes without end": (line(RESULT, arrays=[{"dtype": "float32", "shape": [1] * 99}]), "is not a shape"),
    "no dtype": (line(RESULT, arrays=[{"shape": [1]}]), "None is not the name of a numeric dtype"),
    "a dtype of text": (line(RESULT, arrays=[{"dtype": "str", "shape": [1]}]), "'str' is not the name of a numeric"),
    "a dtype of another kind": (line(RESULT, arrays=[{"dtype": 4, "shape": [1]}]), "4 is not the name of a numeric"),
    "arrays as an object": (line(RESULT, arrays={"dtype": "float32", "shape": [1]}), '"arrays" must be a list'),
    "arrays as null": (line(RESULT, arrays=None), '"arrays" must be a list'),
    "an array as text": (line(RESULT, arrays=["output"]), 'an entry of "arrays" must be an object or null'),
    "no arrays": (line(RESULT, arrays=[]), "the answer to conv2d lists 0 arrays, not 1"),
    "an output of null": (line(RESULT, arrays=[None]), "the answer to conv2d has null for the output"),
    "no id": (line({"answer": "rejected", "type": "E", "message": ""}), "the answer has the id None"),
    "another id": (line(REJECTED, id=8), "the answer has the id 8, the request has 7"),
    "an id of text": (line(REJECTED, id="7"), "the answer has the id '7', the request has 7"),
    "no answer": (line({"id": 7}), '"answer" must be "result", "rejected" or "error", not None'),
    "hello again": (line(HELLO, id=7), '"answer" must be "result", "rejected" or "error", not \'hello\''),
    "a message of another kind": (line(REJECTED, message=["no"]), '"message" must be a string'),
    "no type": (line({"answer": "rejected", "id": 7, "message": ""}), '"type" must be a string, not None'),
    "an unknown kind": (line({"answer": "error", "id": 7, "kind": "", "sentence": ""}), "\"kind\": '' is not one of"),
    "seconds of text": (line(RESULT, seconds="fast") + DATA, '"seconds" must be a number'),
    "seconds beyond a float": (line(RESULT, seconds=10**400) + DATA, '"seconds" is too large a number'),
    "observed as text": (line(REJECTED, observed="input"), '"observed" must be a list of objects'),
    "observed without a sentence": (line(REJECTED, observed=[{"kind": "x"}]), '"sentence" must be a string'),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_malformed_is_told_in_one_sentence(what: str) -> None:
    data, sentence = MALFORMED[what]
    with pytest.raises(ProtocolError) as caught:
        answer_of(data)
    told = str(caught.value)
    assert sentence in told
    assert "\n" not in told
    assert len(told) < 250


def test_true_is_no_number_of_a_request() -> None:
    with pytest.raises(ProtocolError, match="the answer has the id True, the request has 1"):
        decode_answer({**REJECTED, "id": True}, [], "conv2d", 1)


PARTIAL = {
    b"": "",
    b'{"answer": "res': ' (15 bytes came of a line without an end, \'{"answer": "res\')',
    line(RESULT): " (it announced 8 bytes of arrays, and 0 came)",
    line(RESULT) + DATA[:-4]: " (it announced 8 bytes of arrays, and 4 came)",
}


@pytest.mark.parametrize("data", PARTIAL)
@pytest.mark.parametrize("piece", [1, 1 << 16])
def test_half_an_answer_says_what_is_missing(data: bytes, piece: int) -> None:
    message = incoming(data, piece)
    assert not message.complete
    assert message.partial == PARTIAL[data]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("answer", "id", "arrays", "seconds", "observed", "type", "message", "kind", "sentence", "dtype", "shape")


@settings(max_examples=80, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    message=st.sampled_from([RESULT, REJECTED]),
    changes=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=2),
    entry=st.dictionaries(st.sampled_from(["dtype", "shape", "byteorder"]), JSON, max_size=2),
    cut=st.integers(0, 200),
    noise=st.binary(max_size=3),
)
def test_any_answer_is_one_or_is_told(
    message: dict[str, Any], changes: dict[str, Any], entry: dict[str, Any], cut: int, noise: bytes
) -> None:
    first, *_ = RESULT["arrays"]
    arrays = {"arrays": [{**first, **entry}]} if "arrays" in message else {}
    data = line({**message, **arrays}, **changes) + DATA
    data = data[:cut] + noise + data[cut:]
    found = None
    with suppress(ProtocolError):
        found = answer_of(data)
    assert found is None or isinstance(found, Result | Rejected | Broken)


@settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.dictionaries(st.sampled_from([*HELLO, "operations", "environment"]), JSON, max_size=2),
    claims=st.dictionaries(st.sampled_from(["dtypes", "padding", "grades", "subnormals", "views", "bias"]), JSON),
)
def test_any_greeting_is_one_or_is_told(changes: dict[str, Any], claims: dict[str, Any]) -> None:
    with suppress(ProtocolError):
        message = incoming(line(HELLO, capabilities=claims) if claims else line(HELLO, **changes))
        assert decode_hello(message.header).name is not None
