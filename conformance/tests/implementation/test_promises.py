"""What PROTOCOL.md promises to a worker of few claims is what every request of a whole examination keeps."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.data import call
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.answers import Hello, Request, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import Effort
from conv2d_conformance.implementation.framing import MAX_ARRAYS, MAX_HEADER
from conv2d_conformance.implementation.protocol import encode_request
from conv2d_conformance.initialisation.plan import PLAN, trials
from conv2d_conformance.running.examine import examine
from conv2d_conformance.verdict import asker
from conv2d_conformance.verdict.claims import illegal_within_claims
from conv2d_conformance.verdict.judgement import Judgement

FEW = Effort("few", drawn=2, multiply_adds=5_000, tiles=16, combined=10)
ATTRIBUTES = ("stride", "padding", "dilation", "groups")

CLAIMS = {
    "nothing": Capabilities(
        bias=False, stride=False, dilation=False, groups=False, multi_channel=False, padding=set(), seeded=False
    ),
    "validation in two dtypes": Capabilities(dtypes={"float32", "float16"}, validation=True),
    "words for paddings": Capabilities(padding={"same", "valid"}, padding_modes={"zeros", "circular"}),
    "forms of calls": Capabilities(arguments={"pair", "scalar", "defaults"}, unbatched=True, empty_batch=True),
    "a view and what is not finite": Capabilities(dtypes={"float64"}, views={"fortran"}, non_finite=True),
}


class Recording:
    """An implementation of which nothing is known but what it was asked: the line and the arrays of every request."""

    def __init__(self, claims: Capabilities) -> None:
        self.hello = Hello("recording", "1", "none", claims)
        self.requests: list[tuple[bytes, list[Array]]] = []

    def ask(self, request: Request) -> Result:
        line = bytes(encode_request(request, len(self.requests) + 1)[0])
        arrays = [array for array in request.arrays.values() if array is not None]
        self.requests.append((line, arrays))
        return Result((np.zeros(1),))

    def restart(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture(scope="module", params=CLAIMS)
def examined(request: pytest.FixtureRequest) -> tuple[Capabilities, list[tuple[bytes, list[Array]]]]:
    """The claims, and all requests of an examination, to which every answer was right."""
    implementation = Recording(CLAIMS[request.param])
    claimed = implementation.hello.capabilities.features | {"conv2d"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asker, "judge", lambda *_, **__: Judgement("pass", evidence=1, elements=1))
        for check in catalogue().values():
            if check.needs <= claimed:
                assert examine(check, implementation, FEW, 0).tally.failure is None
    return implementation.hello.capabilities, implementation.requests


def is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(number) is int for number in value)


def broken_promises(claims: Capabilities, line: bytes, arrays: list[Array]) -> Iterator[str]:
    """What a request does that PROTOCOL.md says it does not, in words."""
    header = json.loads(line)
    arguments, entries = header["arguments"], {entry["name"]: entry for entry in header["arrays"]}
    checked = claims.validation
    if len(line) > MAX_HEADER or line.count(b"\n") != 1 or len(entries) > MAX_ARRAYS:
        yield "no line of a message"
    if header.keys() - {"op", "id", "arguments", "arrays", "view", "viewed"} or header["op"] != "conv2d":
        yield "a key or an operation that is not claimed"
    if header.get("view", "fortran") not in claims.views and "view" in header:
        yield "a view that is not claimed"
    if {entry["dtype"] for entry in entries.values()} - claims.dtypes:
        yield "a dtype that is not claimed"
    if entries.keys() - {"input", "weight", "bias"} or ("bias" in entries and not claims.bias):
        yield "an array that is not claimed"
    if not claims.non_finite and not all(np.isfinite(array.astype(float)).all() for array in arrays):
        yield "what is not finite"
    if arguments.keys() - {*ATTRIBUTES, "padding_mode"}:
        yield "an argument that nobody knows"
    if "defaults" not in claims.arguments and set(ATTRIBUTES) - arguments.keys():
        yield "an argument is missing"
    if arguments.get("padding_mode") == "zeros":
        yield "the mode that is not sent"
    if any(isinstance(value, list) and len(value) == 1 for value in arguments.values()):
        yield "a list of one number"
    numbers = [number for value in arguments.values() for number in (value if isinstance(value, list) else [value])]
    if any(type(number) is int and abs(number) >= 2**63 for number in numbers):
        yield "an integer that no integer of 64 bits holds"
    if checked:
        return  # from here on, an illegal call may be anything
    if arguments.get("padding_mode", "zeros") not in claims.padding_modes:
        yield "a mode that is not claimed"
    for name in ("stride", "padding", "dilation"):
        value = arguments.get(name, [1, 1])
        word = isinstance(value, str) and value in claims.padding
        scalar = type(value) is int and "scalar" in claims.arguments
        if not (is_pair(value) or scalar or word):
            yield f"{name} is no pair"
    if any(not getattr(claims, name) and arguments.get(name, [1, 1]) != [1, 1] for name in ("stride", "dilation")):
        yield "a step that is not claimed"
    if not claims.padding & {"explicit"} and arguments.get("padding", [0, 0]) not in ([0, 0], *claims.padding):
        yield "a padding that is not claimed"
    if type(arguments.get("groups", 1)) is not int or (arguments.get("groups", 1) != 1 and not claims.groups):
        yield "groups that are not claimed"
    x, w = entries["input"]["shape"], entries["weight"]["shape"]
    if len(x) != 4 and not claims.unbatched:
        yield "no batch"
    if 0 in x and not claims.empty_batch:
        yield "an empty batch"
    if not claims.multi_channel and (x[-3] != 1 or w[0] != 1):
        yield "several channels"


def test_every_request_keeps_every_promise(examined: tuple[Capabilities, list[tuple[bytes, list[Array]]]]) -> None:
    claims, requests = examined
    assert len(requests) > 500
    broken = {words: line for line, arrays in requests for words in broken_promises(claims, line, arrays)}
    assert not broken


def test_what_is_claimed_is_asked(examined: tuple[Capabilities, list[tuple[bytes, list[Array]]]]) -> None:
    """A recorder that saw nothing would find nothing broken."""
    claims, requests = examined
    headers = [json.loads(line) for line, _ in requests]
    assert {entry["dtype"] for header in headers for entry in header["arrays"]} == claims.dtypes
    assert {header.get("view") for header in headers} == {None, *claims.views}
    values = [value for header in headers for value in header["arguments"].values()]
    assert {value for value in values if isinstance(value, str)} >= (claims.padding | claims.padding_modes) - {
        "explicit",
        "zeros",
    }
    assert any(len(header["arguments"]) < 4 for header in headers) == ("defaults" in claims.arguments)
    assert any(len(header["arrays"][0]["shape"]) == 3 for header in headers) == claims.unbatched


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dtype": "float16"}, "a dtype that is not claimed"),
        ({"view": "fortran"}, "a view that is not claimed"),
        ({"stride": 1}, "stride is no pair"),
        ({"omit": ("groups",)}, "an argument is missing"),
        ({"N": None}, "no batch"),
        ({"N": 0}, "an empty batch"),
        ({"padding": "same"}, "padding is no pair"),
        ({"padding_mode": "reflect"}, "a mode that is not claimed"),
        ({"overrides": (("stride", (2.5, 1)),)}, "stride is no pair"),
        ({"overrides": (("padding", (1,)),)}, "a list of one number"),
    ],
)
def test_a_broken_promise_is_seen(changes: dict[str, Any], words: str) -> None:
    case = replace(parse("n1c2h4w5 m3k2 bias"), **changes)
    arguments, arrays = call(case)
    line = bytes(encode_request(Request("conv2d", arguments, arrays, view=case.view), 1)[0])
    given = [array for array in arrays.values() if array is not None]
    assert words in list(broken_promises(Capabilities(), line, given))


def test_where_two_dtypes_are_claimed_the_other_one_is_asked_and_no_third() -> None:
    claims = Capabilities(dtypes={"float64", "bfloat16"}, validation=True, empty_batch=True)
    for kind in ("dtypes-equal", "weight-dtype-empty-batch"):
        made = [illegal_within_claims(illegal, claims) for illegal in illegal_calls(kind)]
        asked = [set(pair[1].dtypes.values()) for pair in made if pair is not None]
        assert asked
        assert all(dtypes == claims.dtypes for dtypes in asked)


def test_where_one_dtype_is_claimed_the_requirement_is_not_applicable_and_says_so() -> None:
    check = catalogue()["test_validation::test_dtypes_equal"]
    one = Capabilities(validation=True)
    assert not check.features <= one.features
    assert all(illegal_within_claims(illegal, one) is None for illegal in illegal_calls("dtypes-equal"))
    assert "several-dtypes" in check.features - one.features


@pytest.mark.parametrize(
    "claims",
    [CLAIMS["nothing"], Capabilities(), Capabilities(arguments={"pair", "scalar", "defaults"}, dtypes={"float64"})],
    ids=("nothing", "the rest", "forms of calls"),
)
def test_layers_are_asked_for_with_all_that_is_promised(claims: Capabilities) -> None:
    every = {"in_channels", "out_channels", "kernel_size", "groups", "bias", "dtype", "seed"}
    optional = {"groups", "bias"} if "defaults" in claims.arguments else set()
    kinds = [name for name in PLAN if spec.get(f"initialisation.{name}").features <= claims.features]
    asked = [request.arguments for name in kinds for trial in trials(name, claims) for request in trial.case.requests]
    assert len(kinds) > 8
    assert {key for arguments in asked for key in every - arguments.keys()} == optional
    for arguments in asked:
        assert set(arguments) <= every
        assert arguments["dtype"] in claims.dtypes
        assert 0 <= arguments["seed"] < 2**32
        assert isinstance(arguments["kernel_size"], tuple) or "scalar" in claims.arguments
        assert claims.bias or not arguments["bias"]
    assert max(arguments["seed"] for arguments in asked) >= 2**31 or not claims.seeded
