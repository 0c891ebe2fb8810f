"""Commands about a single case: reference, replay, smoke."""

import base64
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from click.testing import Result

from conv2d_conformance.cases.data import RECIPES
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.implementation import target
from conv2d_conformance.reproducer import NoScript, data_text, script
from conv2d_conformance.verdict.question import Question

SMALL = "n1c1h3w3 m1k2x2 s1x1 p0x0 d1x1 g1 bias float32 integers:1"


def test_reference_shows_an_exact_answer(invoke: Callable[..., Result]) -> None:
    result = invoke("reference", "n1c1h2w2 m1k2x2 x[0,0,0,1]=2 w[0,0,0,1]=3")
    assert result.exit_code == 0
    assert "case      n1c1h2w2 m1k2x2 s1x1 p0x0 d1x1 g1 nobias float32 x[0,0,0,1]=2 w[0,0,0,1]=3\n" in result.output
    assert result.output.endswith("output    1x1x1x1 float32, exactly\n          6\n")


def test_reference_shows_the_allowed_interval(invoke: Callable[..., Result]) -> None:
    lines = invoke("reference", "c2h3w3 m1k2x2 float32 uniform:3").output.splitlines()
    head = lines.index("output    1x2x2 float32, allowed in grade A, IEEE arithmetic in any order:")
    assert lines[head + 1].split("  ")[:2] == ["element", " exact answer"]
    element, exact, lowest, highest = lines[head + 2].split()
    assert element == "y[0,0,0]"
    assert float(lowest) < float(exact) < float(highest)


def test_reference_shows_numbers_in_hexadecimal(invoke: Callable[..., Result]) -> None:
    shown = invoke("reference", "n1c1h1w2 m1k1x1 float64 uniform:3", "--hex").output
    assert "          -0x1.ef2d1b42dcafdp+0 -0x1.1443ed4045303p+0\n" in shown


def test_reference_summarises_large_arrays_unless_asked_not_to(invoke: Callable[..., Result]) -> None:
    line = "n1c4h8w8 m1k1x1 float32 integers:1"
    assert "(256 elements; --full shows them all)" in invoke("reference", line).output
    assert "elements;" not in invoke("reference", line, "--full").output


def test_reference_says_why_a_call_is_illegal(invoke: Callable[..., Result]) -> None:
    shown = invoke("reference", "n1c1h1w3 m1k2x2").output
    assert "answer    must be rejected: along H, the padded input must be at least as large as the" in shown


GRADIENTS = "grad n1c1h1w3 m1k1x3 p0x2 bias"


def test_reference_shows_gradients(invoke: Callable[..., Result]) -> None:
    shown = invoke("reference", f"{GRADIENTS} w[0,0,0,0]=2 gy[0,0,0,1]=3 x[0,0,0,0]=5").output
    assert "grad_output 1x1x1x5 float32\n          0 3 0 0 0\n" in shown
    assert shown.endswith(
        "grad_input 1x1x1x3 float32, exactly\n          0 0 0\n"
        "grad_weight 1x1x1x3 float32, exactly\n           0 15  0\n"
        "grad_bias 1 float32, exactly\n          3\n"
    )


def test_reference_shows_what_gradients_are_allowed(invoke: Callable[..., Result]) -> None:
    lines = invoke("reference", f"{GRADIENTS} uniform:1").output.splitlines()
    assert [line for line in lines if "allowed in grade" in line] == [
        "grad_input 1x1x1x3 float32, allowed in grade A, IEEE arithmetic in any order:",
        "grad_weight 1x1x1x3 float32, allowed in grade A, IEEE arithmetic in any order:",
        "grad_bias 1 float32, allowed in grade A, IEEE arithmetic in any order:",
    ]
    elements = [line.split()[0] for line in lines if line.startswith("grad_weight[")]
    assert elements == ["grad_weight[0,0,0,0]", "grad_weight[0,0,0,1]", "grad_weight[0,0,0,2]"]


def test_gradients_as_json_are_exact_and_whole(invoke: Callable[..., Result]) -> None:
    found = json.loads(invoke("reference", f"{GRADIENTS} uniform:1", "--format", "json").output)
    assert found["output"] is None
    shapes = [np.shape(found[name]["high"]) for name in ("grad_input", "grad_weight", "grad_bias")]
    assert shapes == [(1, 1, 1, 3), (1, 1, 1, 3), (1,)]


def test_replay_of_gradients_needs_gradients(invoke: Callable[..., Result]) -> None:
    result = invoke("replay", GRADIENTS, "right.py:conv2d")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: right.py:conv2d has no gradients, which the case asks for\nHint: ")


def test_reference_of_a_fresh_layer_is_its_law(invoke: Callable[..., Result]) -> None:
    line = "init c6m10k3x5 g2 bias float32 seed:7"
    shown = invoke("reference", line).output
    assert shown.startswith(f"case      {line}\nweight    10x3x3x5 float32\nbias      10 float32\n")
    assert "k         1 / 45, so that sqrt(k) = 0.14907119849998599\n" in shown
    found = json.loads(invoke("reference", line.replace(" bias", " nobias"), "--format", "json").output)
    assert found["shapes"] == {"weight": [10, 3, 3, 5], "bias": None}
    assert 0 < found["largest_magnitude"] / found["bound"] - 1 < 1e-6


def test_reference_as_json_is_exact_and_whole(invoke: Callable[..., Result]) -> None:
    found = json.loads(invoke("reference", "n1c1h3w3 m2k2x2 float32 uniform:3", "--format", "json").output)
    assert found["legal"] is True
    assert found["arguments"]["stride"] == [1, 1]
    assert np.shape(found["arrays"]["input"]["values"]) == (1, 1, 3, 3)
    assert found["arrays"]["bias"] is None
    assert np.shape(found["output"]["high"]) == np.shape(found["output"]["bound"]) == (1, 2, 2, 2)
    illegal = json.loads(invoke("reference", "n1c1h1w3 m1k2x2", "--format", "json").output)
    assert (illegal["legal"], illegal["output"]) == (False, None)
    assert illegal["reason"].startswith("along H")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("n1c1h1w3 m1k2 what", "'what' is not understood"),
        ("m1k2", "'m1k2' lacks the input"),
    ],
)
def test_what_is_no_case_is_wrong_usage(invoke: Callable[..., Result], line: str, sentence: str) -> None:
    for arguments in (("reference", line), ("replay", line, "right.py:conv2d")):
        result = invoke(*arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {sentence}")


def test_infinities_and_nan_have_answers_too(invoke: Callable[..., Result]) -> None:
    line = "n1c1h1w3 m1k1 x[0,0,0,0]=inf x[0,0,0,1]=nan x[0,0,0,2]=2 w[0,0,0,0]=-1"
    shown = invoke("reference", line).output
    assert ["y[0,0,0,0]", "only", "-inf"] in [row.split() for row in shown.splitlines()]
    assert ["y[0,0,0,1]", "only", "nan"] in [row.split() for row in shown.splitlines()]
    output = json.loads(invoke("reference", line, "--format", "json").output)["output"]
    assert output["-inf_allowed"] == [[[[True, False, False]]]]
    assert output["nan_allowed"] == [[[[False, True, False]]]]
    assert output["lowest"] == [[[["inf", "inf", -2.0]]]]
    assert invoke("replay", line, "right.py:conv2d").exit_code == 0


@pytest.mark.parametrize("sign", ["", "-"])
def test_where_a_sum_may_overflow_on_the_way_every_number_is_allowed(invoke: Callable[..., Result], sign: str) -> None:
    line = f"n1c2h1w1 m1k1 float64 x[0,0,0,0]={sign}1.7e308 x[0,1,0,0]={sign}1.6e308 w[0,0,0,0]=1 w[0,1,0,0]=1"
    row = next(row.split() for row in invoke("reference", line).output.splitlines() if row.startswith("y["))
    assert row == f"y[0,0,0,0] {sign}inf -inf inf or inf or -inf or nan".split()
    output = json.loads(invoke("reference", line, "--format", "json").output)["output"]
    assert (output["lowest"], output["highest"]) == ([[[["-inf"]]]], [[[["inf"]]]])


def test_replay_says_that_an_answer_is_right(invoke: Callable[..., Result]) -> None:
    result = invoke("replay", SMALL, "right.py:conv2d")
    assert result.exit_code == 0
    name = r"right\.py:conv2d sha256:[0-9a-f]{12} \(python\)"
    assert re.fullmatch(f"{name}\ncase      {SMALL}\nanswer    right, in all of 4 elements\n", result.output)


def test_replay_says_what_is_wrong_and_what_it_looks_like(invoke: Callable[..., Result]) -> None:
    result = invoke("replay", SMALL, "flipped.py:conv2d")
    assert result.exit_code == 1
    assert "\ngot       -62 at y[0,0,0,0]; 4 of 4 elements are wrong\nrequired  19, exactly\n" in result.output
    assert "\nlooks like  your output equals a conv2d whose kernel is flipped (true convolution) (no" in result.output
    assert "--script" in result.output


def test_replay_asks_until_it_fails(invoke: Callable[..., Result], folder: Path) -> None:
    text = (folder / "right.py").read_text().replace("(input.dtype)", "(input.dtype) + (next(count) == 2)")
    (folder / "sometimes.py").write_text(f"import itertools\n\ncount = itertools.count()\n{text}")
    assert invoke("replay", SMALL, "sometimes.py:conv2d").exit_code == 0
    result = invoke("replay", SMALL, "sometimes.py:conv2d", "--times", "9")
    assert result.exit_code == 1
    assert "\nwhen      the answer to the question number 3\n" in result.output


def test_replay_says_that_an_illegal_call_was_answered(invoke: Callable[..., Result]) -> None:
    result = invoke("replay", "n1c1h3w3 m1k2x2 bias bias-shape=(3,)", "no_bias.py:conv2d")
    assert result.exit_code == 1
    assert "got       a result of shape (1, 1, 2, 2)\nrequired  an exception: bias must have shape" in result.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("channels_last", "your output equals a conv2d that returns (N, OH, OW, M)"),
        ("double", "your output equals a conv2d that returns float64 whatever it is given"),
        ("a_list", "conv2d must return a NumPy array"),
        ("refuses", "what the adapter cannot do must not be claimed"),
        ("no_bias", "your output equals a conv2d without its bias"),
        ("dies", "stderr bye"),
    ],
)
def test_smoke_gives_a_hint(invoke: Callable[..., Result], name: str, words: str) -> None:
    result = invoke("smoke", f"{name}.py:conv2d")
    assert result.exit_code == 1
    shown = " ".join(result.output.split())
    assert words in shown
    assert ("looks like" in shown) + ("hint" in shown) <= 1, "who knows what it is need not guess"
    assert result.output.splitlines()[-1].endswith("of 3 cases fail")


def test_smoke_praises_what_is_sane(invoke: Callable[..., Result]) -> None:
    result = invoke("smoke", "right.py:conv2d")
    assert result.exit_code == 0
    assert "\nclaims    arguments.defaults, bias, dilation" in result.output
    assert result.output.count("answer    right, in all of") == 3
    assert result.output.endswith("\nsane: all that was asked is right\n")


CLAIMING = """
import numpy as np
from conv2d_conformance import Adapter, Capabilities
from right import conv2d as right


def conv2d(input, weight, bias=None, **attributes):
    if input.dtype == np.float64:
        raise NotImplementedError("NOT_IMPLEMENTED: Conv(11) for float64")
    if attributes.get("padding") == "same":
        attributes["padding"] = 0
    return right(input, weight, bias, **attributes)


claims = Capabilities(dtypes={"float32", "float64"}, padding={"explicit", "same"}, deterministic=True)
adapter = Adapter(name="claiming", version="1", conv2d=conv2d, capabilities=claims)
"""


def test_smoke_tells_the_claims_that_do_not_work(invoke: Callable[..., Result], folder: Path) -> None:
    (folder / "claiming.py").write_text(CLAIMING)
    result = invoke("smoke", "claiming.py:adapter")
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "dtype.float64 is claimed and does not work: refused a legal call: NotImplementedError: NOT_IMP" in said
    assert "padding.same is claimed and does not work: shape (1, 2, 4, 4)" in said
    assert said.count("does not work") == 2
    assert result.output.endswith("\n2 of the cases for claims fail\n")


def test_smoke_blames_no_claim_for_what_fails_without_it(invoke: Callable[..., Result]) -> None:
    result = invoke("smoke", "flipped.py:conv2d")
    assert "does not work" not in result.output


def test_smoke_never_praises_what_fails_with_a_claim_and_without(invoke: Callable[..., Result], folder: Path) -> None:
    wrong_sometimes = (folder / "right.py").read_text().replace("(input.dtype)", "(input.dtype) + (W == 6)")
    (folder / "sometimes.py").write_text(wrong_sometimes)
    result = invoke("smoke", "sometimes.py:conv2d")
    assert result.exit_code == 1
    assert result.output.count("answer    right, in all of") == 3
    assert "needs no claim beyond the core and does not work: " in " ".join(result.output.split())
    assert "sane" not in result.output


def test_smoke_calls_no_right_answer_wrong(invoke: Callable[..., Result], folder: Path) -> None:
    changes = (folder / "right.py").read_text().replace("    return y.ast", "    weight *= 2\n    return y.ast")
    (folder / "changes.py").write_text(changes)
    result = invoke("smoke", "changes.py:conv2d")
    assert result.exit_code == 1
    assert result.output.count("seen      the call changed its weight, first at index") == 3
    assert result.output.count("answer    right, in all of") == 3
    assert result.output.endswith("\n3 of 3 cases fail\n")


@pytest.mark.parametrize(
    ("text", "status", "sentence", "hint"),
    [
        (None, 2, "there is no file 'target.py'", "looked for in"),
        ("def conv2d(:\n", 3, "target.py has a syntax error: invalid syntax", "target.py:1"),
        ("import no_such_library\n", 3, "target.py needs the library no_such_library", "pip install no_such_library"),
        ("conv2 = print\n", 3, "there is no conv2d in target.py", "did you mean conv2?"),
        ("1 / 0\n", 3, "importing target.py raised ZeroDivisionError: division by zero", "target.py:1"),
        ("import os\nos._exit(5)\n", 3, "the worker did not introduce itself", "exit status 5"),
    ],
)
def test_a_target_that_cannot_be_reached_is_told_in_a_sentence(
    invoke: Callable[..., Result], folder: Path, text: str | None, status: int, sentence: str, hint: str
) -> None:
    if text is not None:
        (folder / "target.py").write_text(text)
    for arguments in (("smoke",), ("replay", SMALL), ("run", "--only", "bias.added")):
        result = invoke(*arguments, "target.py:conv2d")
        assert result.exit_code == status
        assert result.stderr.startswith(f"Error: {sentence}")
        assert hint in result.stderr
        assert "Traceback" not in result.stderr


CASES = [
    SMALL,
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers*9:7",
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 uniform:7",
    "n3c4h9w10 m6k3x2 s1x1 p0x0 d1x1 g1 bias float32 sparse:7",
    "n3c4h9w10 m6k3x2 s1x1 p0x0 d1x1 g1 bias float64 normal:7",
    "n3c4h9w10 m6k3x2 s1x1 p0x0 d1x1 g1 bias float32 normal:7",
    "n3c4h9w10 m6k3x2 s1x1 p0x0 d1x1 g1 bias float32 impulse:7",
    "n3c4h9w10 m6k3x2 s1x1 p1x1 d1x1 g1 bias float32 x[2,3,8,9]=0.5 w[5,0,2,1]=3 w[5,3,2,1]=-0.25 b[5]=1",
    "n1c1h3w3 m1k2x2 s1x1 p0x0 d1x1 g1 bias float32 uniform:3 omit=stride,padding,dilation,groups",
]


@pytest.mark.parametrize("case", CASES)
def test_the_script_fails_for_a_wrong_conv2d_and_passes_for_the_right_one(
    invoke: Callable[..., Result], folder: Path, case: str
) -> None:
    result = invoke("replay", case, "flipped.py:conv2d", "--script")
    assert result.exit_code == 1
    assert "required" in result.stderr
    assert "import conv2d_conformance" not in result.stdout
    assert all(len(line) <= 120 for line in result.stdout.splitlines() if not line.startswith("case "))
    (folder / "script.py").write_text(result.stdout)
    wrong = run_script(folder)
    assert wrong.returncode == 1
    assert "wrong: got " in wrong.stdout
    assert " that were compared are wrong" in wrong.stderr

    (folder / "flipped.py").write_text((folder / "right.py").read_text())
    right = run_script(folder)
    assert (right.returncode, right.stdout, right.stderr) == (0, "right\n", "")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("shape", ["n3c4h9w10 m6k7x8 g2", "n1c2h3w4 m1k2x3"])
def test_the_script_holds_the_data_of_every_recipe(shape: str, recipe: str, dtype: str) -> None:
    question = Question(parse(f"{shape} bias {dtype} {recipe}:11"))
    made: dict[str, Any] = {"np": np, "ml_dtypes": ml_dtypes, "base64": base64, "zlib": zlib}
    exec(data_text(question), made)
    for name, array in question.request.arrays.items():
        assert array is not None
        assert made[name].dtype == array.dtype
        assert made[name].tobytes() == array.tobytes(), name


def test_the_script_of_an_illegal_call_wants_an_exception(invoke: Callable[..., Result], folder: Path) -> None:
    case = "n1c1h3w3 m1k2x2 bias bias-shape=(3,)"
    (folder / "script.py").write_text(invoke("replay", case, "no_bias.py:conv2d", "--script").stdout)
    assert "wrong: the call is illegal (bias must have shape (M,) = (1,), got (3,))" in run_script(folder).stderr
    (folder / "no_bias.py").write_text("def conv2d(input, weight, bias):\n    raise ValueError\n")
    assert run_script(folder).stdout == "right: the call is illegal, and ValueError was raised\n"


@pytest.mark.parametrize(
    "target", ["adapter_of_mine:thing", "adapter_of_mine:inner.thing", "adapter_of_mine:thing?k=2"]
)
def test_the_script_loads_modules_and_options(invoke: Callable[..., Result], folder: Path, target: str) -> None:
    (folder / "adapter_of_mine.py").write_text(
        (folder / "flipped.py").read_text() + "\nfrom dataclasses import replace\nfrom types import SimpleNamespace\n"
        "from conv2d_conformance import Adapter\n"
        "thing = Adapter(name='a', version='1', conv2d=conv2d)\n"
        "thing = replace(thing, configure=lambda k: replace(thing, version=k))\n"
        "inner = SimpleNamespace(thing=thing)\n"
    )
    (folder / "script.py").write_text(invoke("replay", SMALL, target, "--script").stdout)
    assert "4 of 4 elements that were compared are wrong" in run_script(folder).stderr


def test_a_command_has_no_script(invoke: Callable[..., Result]) -> None:
    result = invoke("replay", SMALL, "command:cat", "--script")
    assert result.exit_code == 3
    with pytest.raises(NoScript, match=r"^no script can be made for a command: "):
        script(Question(parse(SMALL)), target.parse("command:cat"))


def run_script(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_case_too_large_to_be_pasted_has_no_script() -> None:
    case = parse("n1c64h224w224 m64k3x3 g1 nobias float32 normal:1")
    with pytest.raises(
        NoScript, match=r"^no script can be made for so large a case: the input of 1x64x224x224 would be "
    ):
        data_text(Question(case))
