"""With `--format json` every command answers with one value of its type, and with an error as an object."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from conv2d_conformance.cli import program
from conv2d_conformance.cli.listing import LISTS
from conv2d_conformance.cli.schemas import kinds, schema_of
from conv2d_conformance.typed_json import as_json, from_json

ROOT = Path(__file__).parents[3]
REPORT = str(ROOT / "conformance" / "tests" / "verifying" / "reports" / "edition-1-3be0.json")
FAILING = REPORT.replace(".json", "-failing.json").replace("3be0", "44ab")
HERE = ("--isolation", "none")

ASKED: dict[str, tuple[tuple[str, ...], int]] = {
    "list requirements": (("list",), 0),
    "list checks": (("list", "checks"), 0),
    "list adapters": (("list", "adapters"), 0),
    "list mutants": (("list", "mutants"), 0),
    "list networks": (("list", "networks"), 0),
    "list shapes": (("list", "shapes"), 0),
    "list efforts": (("list", "efforts"), 0),
    "list coverage": (("list", "coverage"), 0),
    "list schemas": (("list", "schemas"), 0),
    "run TARGET": (("run", "right.py:conv2d", "--only", "bias.absent", "--effort", "quick", *HERE), 4),
    "run TARGET TARGET...": (("run", "nothing", "none.py"), 2),
    "explain REQUIREMENT": (("explain", "padding-mode.reflect", "--size", "5", "--padding", "2,3"), 0),
    "explain CLASS": (("explain", "a-tc"), 0),
    "reference CASE": (("reference", "grad n1c1h1w3 m1k1x3 p0x2 bias x[0,0,0,0]=nan"), 0),
    "reference 'init ...'": (("reference", "init c6m10k3 seed:7"), 0),
    "replay CASE TARGET": (("replay", "n1c1h3w4 m1k2x2 integers:1", "flipped.py:conv2d", "--script", *HERE), 1),
    "fuzz TARGET": (("fuzz", "no_bias.py:conv2d", "--corpus", "kept", *HERE), 0),
    "smoke TARGET": (("smoke", "refuses.py:conv2d", *HERE), 1),
    "fingerprint TARGET": (("fingerprint", "right.py:conv2d", *HERE), 0),
    "fingerprint TARGET OTHER": (("fingerprint", "right.py:conv2d", "double.py:conv2d", *HERE), 0),
    "compare TARGET OTHER": (("compare", "right.py:conv2d", "right.py:conv2d", "--case", "n1c8h5w5 m1k3 normal"), 0),
    "merge REPORT...": (("merge", FAILING, "--output", "merged.json"), 1),
    "summary REPORT...": (("summary", REPORT), 0),
    "diff OLD NEW": (("diff", REPORT, REPORT), 0),
    "badge REPORT": (("badge", REPORT), 0),
    "deviations --from REPORT": (("deviations", "--from", FAILING, "--issue", "known.md"), 0),
    "verify REPORT...": (("verify", REPORT, "right.py"), 2),
    "site RESULTS": (("site", str(Path(REPORT).parent), "--output", "pages"), 0),
    "initialisation TARGET": (("initialisation", "--effort", "quick", "--dtype", "float32", *HERE), 0),
    "initialisation TARGET --null N": (("initialisation", "--null", "1", *HERE), 1),
    "initialisation --power N": (("initialisation", "--power", "1"), 1),
    "selftest": (("selftest", "--only", "bias_dropped"), 0),
    "variants": (("variants", "--only", "winograd-tiles-of-2"), 1),
    "power": (("power",), 1),
    "sharpness": (("sharpness",), 0),
    "export DIR": (("export", "vectors", "--size", "mcu"), 0),
    "any error": (("explain", "padding.same-extra-at-edn"), 2),
}
"""A command for each answer, and its exit status."""


@pytest.fixture
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes minutes finds something at once."""
    from conv2d_conformance import fingerprint, power
    from conv2d_conformance.fingerprint.fingerprint import Fingerprint, OfDtype, OfShape, Sentence
    from conv2d_conformance.fingerprint.probe_result import ProbeResult
    from conv2d_conformance.fuzzing.search import Search
    from conv2d_conformance.initialisation import battery_power
    from conv2d_conformance.power import measurement as of_power
    from conv2d_conformance.power.suite import SuiteVerdict
    from conv2d_conformance.report import merging
    from conv2d_conformance.selftest import distinct, kills
    from conv2d_conformance.sharpness import measurement
    from conv2d_conformance.sharpness.measurement import Sight
    from conv2d_conformance.variants import alarms
    from conv2d_conformance.variants.alarms import Alarm, VariantResult

    met = [kills.Encounter("bias_dropped", "bias.added", "test_bias::test_added", True, 1, 0.1, "c1h1w1 m1k1")]
    alarm = Alarm("winograd-tiles-of-2", "test_bias::test_added", 0, "1", "2", "n1c1h1w1 m1k1")
    shape = OfShape("n1c1h1w1 m1k1", "", {"algorithm": ProbeResult("direct", {"kind": "direct"})})
    found = Fingerprint("a", "1", {"float32": OfDtype((Sentence(("small",), "direct"),), {"small": shape})})
    sights = {"quick": {("float32", 64): Sight(1, 4, {("A", "sum"): 3}, {"A": 0})}}
    powers = {
        power.OURS: {"bias_dropped": SuiteVerdict(1, "")},
        "another": {"bias_dropped": SuiteVerdict(1, "n1c1h1w1 m1k1")},
    }
    monkeypatch.setattr(kills, "run", lambda **_: met)
    monkeypatch.setattr(Search, "run", lambda *_: None)
    monkeypatch.setattr(merging, "merged", lambda parts: next(iter(parts.values())))
    monkeypatch.setattr(distinct, "alike", lambda *_, **__: [])
    monkeypatch.setattr(measurement, "measure", lambda *_, **__: sights)
    monkeypatch.setattr(fingerprint, "take", lambda *_, **__: found)
    monkeypatch.setattr(of_power, "run", lambda **_: powers)
    monkeypatch.setattr(battery_power, "latest", lambda _: None)
    made = battery_power.Certificate(100, ("alarm",), 0.001, 1)
    monkeypatch.setattr(battery_power, "certificate", lambda *_, **__: made)
    results = {alarm.variant: VariantResult(1, 1, 1, 1, 1, (alarm,))}
    monkeypatch.setattr(alarms, "run", lambda _, take, **__: take("test_bias::test_added", results, 1, 1))


def test_every_command_answers_programs() -> None:
    has = {
        name
        for name, command in program.commands.items()
        if any("--format" in parameter.opts and "json" in parameter.type.choices for parameter in command.params)  # type: ignore[attr-defined]  # of a choice
    }
    assert has == {*program.commands}
    assert {words[0] for words, _ in ASKED.values()} == has
    assert ASKED.keys() == kinds().keys() >= {f"list {what}" for what in LISTS}


@pytest.mark.usefixtures("little_work")
@pytest.mark.parametrize("answer", ASKED)
def test_an_answer_is_of_its_type(invoke: Callable[..., Result], answer: str) -> None:
    words, status = ASKED[answer]
    result = invoke(*words, "--format", "json")
    assert result.exit_code == status, result.output
    found, kind = json.loads(result.stdout), kinds()[answer]
    assert found
    jsonschema.validate(found, schema_of(kind))
    assert as_json(from_json(found, kind)) == found  # nothing that the type lacks
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([1] if isinstance(found, list) else {}, schema_of(kind))


@pytest.mark.parametrize(
    ("words", "status", "sentence", "hint"),
    [
        (("lst",), 2, "No such command 'lst'.", ""),
        (("list", "fo"), 2, "Invalid value for", ""),
        (("replay", "n1c1", "right.py:conv2d"), 2, "n1c1", "an illegal call is written"),
        (("smoke", "none.py:conv2d"), 2, "there is no file 'none.py'", "looked for in"),
        (("smoke", "right.py:conv3d", *HERE), 3, "there is no conv3d in right.py", "did you mean conv2d?"),
        (
            ("variants", "--only", "winograd-tiles-of-2", "--output", "-"),
            2,
            "standard output has the JSON",
            "name a file",
        ),
        (("summary", "right.py"), 2, "right.py", ""),
    ],
)
def test_an_error_is_an_object_and_a_sentence_for_people(
    invoke: Callable[..., Result], words: tuple[str, ...], status: int, sentence: str, hint: str
) -> None:
    result = invoke(*words, "--format=json")
    assert result.exit_code == status
    told: dict[str, Any] = json.loads(result.stdout)["error"]
    assert told.keys() == {"sentence", "hint", "exit_status"}
    assert told["exit_status"] == status
    assert sentence in told["sentence"]
    assert hint in told["hint"]
    assert f"Error: {told['sentence']}" in result.stderr


def test_a_schema_is_shown_for_every_answer(invoke: Callable[..., Result]) -> None:
    shown = {
        one["answer"]: one["json_schema"] for one in json.loads(invoke("list", "schemas", "--format", "json").stdout)
    }
    assert shown == {answer: as_json(schema_of(kind)) for answer, kind in kinds().items()}
    lines = invoke("list", "schemas").output.splitlines()
    assert [line.partition("\t")[0] for line in lines] == list(shown)


def test_what_replay_says_is_what_it_shows(invoke: Callable[..., Result]) -> None:
    words = ("replay", "n1c1h3w4 m1k2x2 integers:1", "flipped.py:conv2d", *HERE)
    said = json.loads(invoke(*words, "--script", "--format", "json").stdout)
    assert said["script"].startswith('"""One case of conv2d-conformance as a script')
    shown = " ".join(invoke(*words).stdout.split())
    for name in ("case", "got", "required", "diagnosis"):
        assert said["answer"][name] in shown
    assert said["answer"]["diagnosis"] == "your output equals a conv2d whose kernel is flipped (true convolution)"


def test_an_answer_about_layers_is_said_too(invoke: Callable[..., Result]) -> None:
    ideal = "conv2d_conformance.initialisation.ideal:adapter"
    result = invoke("replay", "init c6m10k3 seed:0", ideal, "--script", "--format", "json", *HERE)
    said = json.loads(result.stdout)
    assert (result.exit_code, said["answer"]["right"], said["answer"]["case"]) == (
        0,
        True,
        "init c6m10k3 g1 bias float32 seed:0",
    )
    assert said["script"].startswith('"""One case')
