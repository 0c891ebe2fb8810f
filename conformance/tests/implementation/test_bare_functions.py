"""Bare functions whose parameters are not those of the contract, and files with odd names."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import pytest

from conv2d_conformance.contract.bare_functions import SPELT_OTHERWISE, fault_of_parameters
from conv2d_conformance.implementation.bundled import list_adapters
from conv2d_conformance.implementation.target import LoadError, TargetError, load, parse, split
from conv2d_conformance.report.deviations import Conditions, Deviation, Surroundings, in_force

GOOD = [
    "input, weight",
    "x, w",
    "x, w, bias",
    "input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1",
    "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, padding_mode='zeros'",
    "input, weight, bias=None, *, stride=1, **attributes",
    "input, weight, bias=None, **attributes",
    "input, weight, bias=None, *, stride=1, algorithm='direct', out=None, device='cpu', precision=None",
    "input, weight, *arrays, stride=1",
]
"""What an own parameter with a default means is the function's affair."""

MISSPELT = [
    ("b=None", "b", "bias"),
    ("B=None", "B", "bias"),
    ("biases=None", "biases", "bias"),
    ("bais=None", "bais", "bias"),
    ("bias=None, *, strides=1", "strides", "stride"),
    ("bias=None, *, stide=1", "stide", "stride"),
    ("bias=None, *, pad=0", "pad", "padding"),
    ("bias=None, *, paddings=0", "paddings", "padding"),
    ("bias=None, *, dilations=1", "dilations", "dilation"),
    ("bias=None, *, dilatation=1", "dilatation", "dilation"),
    ("bias=None, *, group=1", "group", "groups"),
    ("bias=None, *, num_groups=1", "num_groups", "groups"),
    ("bias=None, *, padding=0, pad_mode='zeros'", "pad_mode", "padding_mode"),
]


def signature(parameters: str) -> inspect.Signature:
    return inspect.signature(eval(f"lambda {parameters}: None"))


@pytest.mark.parametrize("parameters", GOOD)
def test_what_the_contract_can_call_is_taken_as_it_is(parameters: str) -> None:
    assert fault_of_parameters(signature(parameters)) is None


@pytest.mark.parametrize(("parameters", "name", "meant"), MISSPELT)
def test_a_name_of_the_contract_in_another_spelling_is_no_silent_disclaimer(
    parameters: str, name: str, meant: str
) -> None:
    sentence, _ = fault_of_parameters(signature(f"input, weight, {parameters}")) or ("", "")
    assert sentence == f"it has a parameter {name}, which is never given: did you mean {meant}?"


@pytest.mark.parametrize(("name", "is_in_use"), [("strides", True), ("stide", False)])
def test_the_advice_has_the_option_that_reads_a_spelling_in_use(name: str, is_in_use: bool) -> None:
    _, advice = fault_of_parameters(signature(f"input, weight, bias=None, *, {name}=1")) or ("", "")
    assert ("?arrays=numpy" in advice) == is_in_use


@pytest.mark.parametrize(
    ("meant", "spelling"), [(meant, one) for meant, all_ in SPELT_OTHERWISE.items() for one in all_]
)
def test_another_spelling_beside_the_right_one_is_the_functions_own(meant: str, spelling: str) -> None:
    every = "input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode='zeros'"
    assert fault_of_parameters(signature(f"{every}, {spelling}=None")) is None
    without = every.replace(f" {meant}=", " unused=")
    assert f"did you mean {meant}?" in (fault_of_parameters(signature(f"{without}, {spelling}=None")) or ("",))[0]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ("input", "it cannot be called as conv2d(input, weight): too many positional arguments"),
        ("input, *, weight", "it cannot be called as conv2d(input, weight): too many positional arguments"),
        ("x, w, **attributes", "it cannot be called as conv2d(input, weight, bias, stride=..., padding=..., dilation="),
        ("x, w, *, bias=None", "it cannot be called as conv2d(input, weight, bias): too many positional arguments"),
        (
            "x, w, stride, padding, bias",
            "it cannot be called as conv2d(input, weight, bias, stride=..., padding=...): mul",
        ),
        (
            "x, w, out=None, bias=None",
            "its third parameter is not the bias, which is given by position",
        ),
        ("*arrays, stride=1, bias=None", "its third parameter is not the bias"),
        ("x, w, bias=None, *, scale", "it cannot be called as conv2d(input, weight, bias): missing a required"),
    ],
)
def test_what_cannot_be_called_is_told_before_the_run(parameters: str, sentence: str) -> None:
    found = fault_of_parameters(signature(parameters))
    assert found is not None
    assert found[0].startswith(sentence)


def test_a_target_says_so(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def conv2d(x, w, b=None, *, stride=1):\n    return x\n")
    with pytest.raises(LoadError) as raised:
        load(parse(f"{tmp_path / 'mine.py'}:conv2d"))
    assert raised.value.sentence == (
        f"conv2d in {tmp_path / 'mine.py'} is no conv2d as it stands: it has a parameter b, which is never given: "
        "did you mean bias?"
    )
    assert "wrap it in an Adapter" in raised.value.hint


@pytest.mark.parametrize("what", ["name", "version", "description"])
def test_what_an_adapter_is_called_is_text(tmp_path: Path, what: str) -> None:
    names = {"name": "n", "version": "1", "description": ""} | {what: 5}
    (tmp_path / "mine.py").write_text(
        f"from conv2d_conformance import Adapter\nadapter = Adapter(conv2d=print, **{names})\n"
    )
    with pytest.raises(LoadError, match=rf"the {what} of the adapter in .*mine\.py is of type int, not a string"):
        load(parse(f"{tmp_path / 'mine.py'}:adapter"))


def test_the_version_of_a_function_is_the_digest_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    versions = []
    for text in ("def conv2d(x, w):\n    return x\n", "def conv2d(x, w):\n    return w\n"):
        path.write_text(text)
        adapter = load(parse(f"{path}:conv2d"))
        assert adapter.name == "mine.py:conv2d"
        assert adapter.version == f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        versions.append(adapter.version)
    assert versions[0] != versions[1]
    assert load(parse("time:monotonic.__call__")).version == "unversioned"
    assert load(parse("posixpath:join")).name == "posixpath:join"


def test_a_digest_is_within_no_range_of_versions() -> None:
    here = Surroundings(frozenset(), "sha256:0123456789ab", "linux-x86_64", frozenset())
    deviation = Deviation("bias.added", "r", "https://e.org")
    assert in_force([(deviation, Conditions(version=">=1"))], here) == ((), (deviation,))
    assert in_force([(deviation, Conditions())], here) == ((deviation,), ())


@pytest.mark.parametrize(
    ("text", "base", "query"),
    [
        ("torch", "torch", None),
        ("torch?threads=2&onednn=off", "torch", "threads=2&onednn=off"),
        ("torch?file=x.py:y", "torch", "file=x.py:y"),
        ("a.b:c?d=e.py:f", "a.b:c", "d=e.py:f"),
        ("a.py:b", "a.py:b", None),
        ("a.py:b?c=d", "a.py:b", "c=d"),
        ("a.py:b?c=e.py:f", "a.py:b", "c=e.py:f"),
        ("what?.py:conv2d", "what?.py:conv2d", None),
        ("what?/is?.py:conv2d.sub?k=v?", "what?/is?.py:conv2d.sub", "k=v?"),
        ("command:sh -c 'test a?b.py:c'", "command:sh -c 'test a?b.py:c'", None),
    ],
)
def test_options_begin_after_what_they_are_options_of(text: str, base: str, query: str | None) -> None:
    assert split(text) == (base, query)


def test_a_file_with_a_question_mark_in_its_name_is_a_target(tmp_path: Path) -> None:
    path = tmp_path / "what?.py"
    path.write_text("def conv2d(x, w):\n    return x\n")
    assert load(parse(f"{path}:conv2d")).name == "what?.py:conv2d"
    assert parse(f"{path}:conv2d?a=b").options == {"a": "b"}
    with pytest.raises(TargetError, match="there is no file"):
        parse(f"{tmp_path}/no?.py:conv2d")
    assert Surroundings.of(f"{path}:conv2d", "1").options == {""}
    assert "torch" in list_adapters()
