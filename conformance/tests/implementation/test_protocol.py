import json
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import Capabilities
from conv2d_conformance.contract.answers import Broken, Hello, Observation, Rejected, Request, Result
from conv2d_conformance.implementation import protocol
from conv2d_conformance.implementation.framing import ProtocolError

HELLO = Hello("x", "1", "c", Capabilities(dtypes={"float64"}), "words", ("conv2d", "gradients"), {"gpu": "none"})
SAW = (Observation("input-changed", "it did"),)


def header_of(message: list[memoryview]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(message[0]))
    return found


def test_a_request_comes_back_with_tuples_and_without_the_arrays_that_are_none() -> None:
    arguments = {"stride": (1, 2), "padding": "same", "groups": 2}
    arrays = {"input": np.ones(1), "weight": np.zeros(1), "bias": None}
    header = header_of(protocol.encode_request(Request("conv2d", arguments, arrays, view="fortran"), 1))
    request = protocol.decode_request(header, [np.ones(1), np.zeros(1)])
    assert (request.operation, request.arguments, request.view) == ("conv2d", arguments, "fortran")
    assert list(request.arrays) == ["input", "weight"]


def lengths(request: Request) -> dict[str, int]:
    return {name: array.size for name, array in request.arrays.items() if array is not None}


def test_two_calls_come_back_as_two() -> None:
    arrays = {"input": np.ones(1), "weight": np.zeros(2), "bias": None}
    beside = Request("conv2d", {"stride": (2, 1)}, {"input": np.ones(3), "weight": np.zeros(4), "bias": np.ones(5)})
    header = header_of(protocol.encode_request(Request("conv2d", {"groups": 2}, arrays, beside=beside), 1))
    assert [entry["name"] for entry in header["arrays"]] == [
        "input",
        "weight",
        "beside.input",
        "beside.weight",
        "beside.bias",
    ]
    request = protocol.decode_request(header, [np.ones(length) for length in (1, 2, 3, 4, 5)])
    assert lengths(request) == {"input": 1, "weight": 2}
    assert request.beside is not None
    assert lengths(request.beside) == {"input": 3, "weight": 4, "bias": 5}
    assert (request.arguments, request.beside.arguments) == ({"groups": 2}, {"stride": (2, 1)})


def test_two_calls_are_answered_by_two_outputs() -> None:
    answer = Result((np.ones(1), np.ones(2)))
    header = header_of(protocol.encode_answer(answer, "conv2d", 3))
    assert protocol.decode_answer(header, answer.arrays, "conv2d", 3, calls=2) == answer
    with pytest.raises(ProtocolError, match="lists 1 arrays, not 2"):
        protocol.decode_answer(header, answer.arrays[:1], "conv2d", 3, calls=2)


def test_the_view_is_sent_only_where_there_is_one() -> None:
    assert "view" not in header_of(protocol.encode_request(Request("conv2d", {}, {}), 1))


@pytest.mark.parametrize(
    "answer",
    [
        Rejected("ValueError", 'no \ud800 \n quote"', SAW),
        Broken("memory", "no room"),
        Result((np.ones((1, 2)), None), SAW, 0.25),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_an_answer_comes_back_as_it_was(answer: Any) -> None:
    arrays = answer.arrays if isinstance(answer, Result) else []
    header = header_of(protocol.encode_answer(answer, "initialize", 3))
    assert protocol.decode_answer(header, arrays, "initialize", 3) == answer


def test_a_hello_comes_back_as_it_was() -> None:
    assert protocol.decode_hello(header_of(protocol.encode_hello(HELLO))) == HELLO


def test_a_hello_needs_no_more_than_a_name_a_version_and_a_language() -> None:
    least = {"answer": "hello", "protocol": 1, "name": "x", "version": "1", "language": "c"}
    assert protocol.decode_hello(least) == Hello("x", "1", "c", Capabilities())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"answer": "result"}, "the first answer must be \"hello\", not 'result'"),
        ({"protocol": 2}, "the worker speaks protocol 2, the harness speaks 1"),
        ({"name": None}, '"name" must be a string, not None'),
        ({"version": 1.5}, '"version" must be a string, not 1.5'),
        ({"operations": ["gradients"]}, '"operations" must be a list of conv2d and perhaps others'),
        ({"operations": ["conv2d", []]}, '"operations" must be a list of conv2d and perhaps others'),
        ({"environment": {"gpus": 1}}, '"environment" must be an object of strings'),
        ({"composed": ["bias"]}, """"composed" is ['bias']; give a mapping, as in {'bias': 'jax.numpy.add'}"""),
        (
            {"composed": {"reflect": "np.pad"}},
            """"composed": 'reflect' cannot be composed; allowed are bias and padding""",
        ),
        ({"composed": {"bias": 1}}, '"composed": 1 names no operation; say which of the library'),
        ({"capabilities": []}, '"capabilities" must be an object, not []'),
        ({"capabilities": {"bias": "no"}}, "\"capabilities\": bias must be true or false, not 'no'"),
        ({"capabilities": {"dtypes": "float32"}}, "\"capabilities\": dtypes must be a list, not 'float32'"),
        ({"capabilities": {"dtypes": ["float8"]}}, "\"capabilities\": dtypes: 'float8' not known; allowed are float32"),
        ({"capabilities": {"dtypes": [[]]}}, '"capabilities": '),
        (
            {"capabilities": {"grades": {"float32/gradients": "B2"}}},
            '"capabilities": grades (for float32/gradients): no bound is known for gradients by the transforms of B2; ',
        ),
        ({"capabilities": {"speed": 1}}, "\"capabilities\": capabilities: 'speed' not known; allowed are dtypes"),
    ],
)
def test_a_wrong_hello_is_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        protocol.decode_hello(header_of(protocol.encode_hello(HELLO)) | change)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("header", "arrays", "sentence"),
    [
        ({}, [], '"answer" must be "result", "rejected" or "error", not None'),
        ({"answer": "result"}, [], "the answer to conv2d lists 0 arrays, not 1"),
        ({"answer": "result"}, [np.ones(1)] * 2, "the answer to conv2d lists 2 arrays, not 1"),
        ({"answer": "result"}, [None], "the answer to conv2d has null for the output"),
        ({"answer": "result", "seconds": "1"}, [np.ones(1)], "\"seconds\" must be a number, not '1'"),
        ({"answer": "result", "observed": [1]}, [np.ones(1)], '"observed" must be a list of objects'),
        ({"answer": "result", "id": 2}, [np.ones(1)], "the answer has the id 2, the request has 1"),
        ({"answer": "rejected", "type": "E"}, [], '"message" must be a string, not None'),
        ({"answer": "error", "kind": "fine", "sentence": ""}, [], "\"kind\": 'fine' is not one of not-an-array, "),
    ],
)
def test_a_wrong_answer_is_named(header: dict[str, Any], arrays: list[Any], sentence: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        protocol.decode_answer({"id": 1, **header}, arrays, "conv2d", 1)
    assert str(caught.value).startswith(sentence)
