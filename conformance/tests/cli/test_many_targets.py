"""Many targets in one command: each is told as it would be alone, and what goes wrong with one costs no other."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.cli.many_targets import TargetTask
from conv2d_conformance.cli.target_list import on_device, targets_of, whole_target
from conv2d_conformance.implementation.target import TargetError
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.slots import Died, Slots

QUICK = ("--effort", "quick", "--only", "bias.*")
CASE = "n1c1h1w1 m1k1x1"
UNREACHED = {"broken.py": "raise ImportError('no cuda here')\ndef conv2d(input, weight): ...\n", "empty.py": "x = 1\n"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, right: str, wrong: dict[str, str]) -> tuple[Path, Result]:
    """What one run tells of right, wrong, dying, hanging and missing targets, in a folder with their reports."""
    folder = tmp_path_factory.mktemp("many")
    sources = {"right.py": right, "again.py": right, "no_bias.py": wrong["no_bias"], "dies.py": wrong["dies"]}
    sources |= UNREACHED
    for name, source in sources.items():
        (folder / name).write_text(source)
    (folder / "list").write_text("# kernels\n\nno_bias.py\n  dies.py:conv2d \nright.py:conv2d\nbroken.py\nempty.py\n")
    here = Path.cwd()
    os.chdir(folder)
    try:
        arguments = ["run", "again.py", "nonsense", "--targets", "list", "--output", "out", "--format", "jsonl", *QUICK]
        return folder, CliRunner().invoke(program, arguments, prog_name="conv2d-conformance")
    finally:
        os.chdir(here)


def lines(result: Result) -> dict[str, Any]:
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return {one["target"]: one for one in found}


def test_each_target_is_told_in_a_line(told: tuple[Path, Result]) -> None:
    _, result = told
    found = lines(result)
    assert {target: (one["outcome"], one["exit_status"]) for target, one in found.items()} == {
        "empty.py": ("no verdict", 2),
        "again.py:conv2d": ("no certificate", 4),
        "nonsense": ("no verdict", 2),
        "no_bias.py:conv2d": ("not conforming", 1),
        "dies.py:conv2d": ("not conforming", 1),
        "right.py:conv2d": ("no certificate", 4),
        "broken.py:conv2d": ("no verdict", 3),
    }
    assert result.exit_code == 3
    assert found["empty.py"]["headline"] == "empty.py defines no function and no class"
    assert found["broken.py:conv2d"]["headline"] == "importing broken.py raised ImportError: no cuda here"
    failure = found["no_bias.py:conv2d"]["failure"]
    assert failure["requirement"] == "bias.added"
    assert failure["diagnosis"] == "your output equals a conv2d without its bias"
    assert failure["replay"].endswith("no_bias.py:conv2d")
    assert found["again.py:conv2d"]["failure"] is None


def test_the_lines_have_the_form_that_ships(told: tuple[Path, Result]) -> None:
    schema = json.loads(
        Path(str(sys.modules["conv2d_conformance"].__file__))
        .with_name("report")
        .joinpath("target-outcome.json")
        .read_text()
    )
    for one in lines(told[1]).values():
        jsonschema.validate(one, schema)
        for name in one:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({key: value for key, value in one.items() if key != name}, schema)


def test_a_report_is_the_same_alone_and_among_many(told: tuple[Path, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the process, which draws, and a later one, which is asked what was drawn."""
    folder, result = told
    monkeypatch.chdir(folder)
    for target in ("no_bias.py", "again.py:conv2d", "right.py:conv2d"):
        alone = CliRunner().invoke(program, ["run", target, "--format", "json", *QUICK])
        among = lines(result)[target if ":" in target else f"{target}:conv2d"]
        reports = [json.loads(Path(one["report"]).read_text()) for one in (json.loads(alone.stdout), among)]
        for report in reports:
            del report["execution"]
        assert reports[0] == reports[1]
        assert json.loads(alone.stdout) | {"seconds": 0, "report": ""} == among | {"seconds": 0, "report": ""}
        assert alone.exit_code == among["exit_status"]


def test_a_process_that_dies_is_told_as_no_verdict_of_its_target(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slots, "results", lambda *_: (found for found in [(1, Died(-9)), (0, Died(-9))]))
    done = invoke("run", "right.py", "no_bias.py", "--format", "json", *QUICK)
    assert done.exit_code == 3
    assert [(one["target"], one["outcome"], one["exit_status"]) for one in json.loads(done.stdout)] == [
        ("right.py:conv2d", "no verdict", 3),
        ("no_bias.py:conv2d", "no verdict", 3),
    ]
    assert json.loads(done.stdout)[0]["headline"] == "the process that examined it ended with exit status -9"


def test_reports_of_one_name_are_told_apart(tmp_path: Path) -> None:
    places = {
        TargetTask(Options(target=target), tmp_path, is_ambiguous).place
        for target, is_ambiguous in (("a/b.py:f", True), ("a-b.py:f", True), ("a/b.py:f", False))
    }
    assert len(places) == 3
    assert tmp_path / "conv2d-a-b.py-f.json" in places


def test_people_get_a_table_or_a_line_each(invoke: Callable[..., Result], folder: Path) -> None:
    (folder / "empty.py").write_text("x = 1\n")
    table = invoke("run", "empty.py", "nonsense", *QUICK)
    assert table.exit_code == 2
    assert table.stdout.endswith("2 no verdict\n")
    assert "empty.py defines no function and no class" in table.stdout
    quiet = invoke("run", "empty.py", "nonsense", "--quiet", *QUICK)
    assert sorted(quiet.stdout.splitlines()) == [
        "empty.py: empty.py defines no function and no class; write one, or name another file",
        "nonsense: there is no bundled adapter 'nonsense'; conv2d-conformance list adapters names them",
    ]


def test_one_target_is_told_in_a_line_too(invoke: Callable[..., Result], folder: Path) -> None:
    done = invoke("run", "reference-correlate", "--isolation", "none", "--quiet", *QUICK)
    assert (done.exit_code, done.stdout.count("\n")) == (4, 1)
    assert done.stdout.startswith("reference-correlate: every MUST that is selected holds (bias.*); a selection earns")
    failed = invoke("run", "nonsense", "--format", "jsonl", *QUICK)
    assert (failed.exit_code, json.loads(failed.stdout)["outcome"]) == (2, "no verdict")
    assert "there is no bundled adapter 'nonsense'" in failed.stderr
    assert folder.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Missing argument 'TARGET...'"),
        (("--targets", "nothing"), "nothing cannot be read: no such file or directory"),
        (("a.py", "b.py", "--output", "-"), "of several targets, --output is the folder of their reports"),
        (("a.py", "b.py", "--output", "right.py"), "of several targets, --output is the folder of their reports"),
        (("a.py", "b.py", "--isolation", "none"), "--isolation none is for a debugger, and for one target"),
        (("right.py", "--devices", "cuda:0"), "--devices is for several targets"),
        (
            ("right.py?device=a", "--devices", "b,c"),
            "right.py:conv2d?device=a names the device a, and --devices names b, c",
        ),
        (("a.py", "--quiet", "--format", "json"), "--quiet is a form of text"),
        (("right.py", "--quiet", "--output", "-"), "standard output cannot have the report and the outcome"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    invoke: Callable[..., Result], arguments: tuple[str, ...], sentence: str
) -> None:
    done = invoke("run", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_standard_input_names_targets_too(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(sys, "stdin", io.StringIO("b\n# none\na\n\nc\n"))
    assert targets_of(("a",), "-") == ["a", "b", "c"]


OBVIOUS = {
    "def conv2d(): ...\ndef helper(): ...\n": "conv2d",
    "from x import conv2d\nclass ModelNew: ...\nclass Model: ...\n": "ModelNew",
    "def my_conv2d(): ...\ndef pad(): ...\n": "my_conv2d",
    "def only(): ...\ndef _hidden(): ...\n": "only",
    "def conv2d(): ...\nadapter = Adapter(conv2d=conv2d)\n": "adapter",
    "conv2d = jit(plain)\n": "conv2d",
    "def a_conv2d(): ...\ndef b_conv2d(): ...\n": "",
    "x = 1\n": "",
    "def (\n": "",
    "x = " + "-" * 100_000 + "1\n": "",
}


@pytest.mark.parametrize(("source", "name"), OBVIOUS.items())
def test_the_object_of_a_file_is_named_or_obvious(folder: Path, source: str, name: str) -> None:
    (folder / "mine.py").write_text(source)
    if name:
        assert whole_target("mine.py?device=cpu") == f"mine.py:{name}?device=cpu"
    else:
        with pytest.raises(TargetError, match=r"^mine\.py (has no object that is|defines no function|is no Python)"):
            whole_target("mine.py")


def test_a_file_and_its_object_are_one_target(folder: Path) -> None:
    (folder / "unclear.py").write_text("x = 1\n")
    found = targets_of(("right.py", "unclear.py", "right.py:conv2d", "right.py?dtypes=float32", "unclear.py"), None)
    assert found == ["right.py", "unclear.py", "right.py?dtypes=float32"]


def test_what_names_its_object_stays_as_it_is(folder: Path) -> None:
    assert folder.exists()
    for target in ("right.py:conv2d", "torch", "torch?threads=2", "missing.py", "command:./x.py", "package.module:f"):
        assert whole_target(target) == target


def test_a_device_goes_to_whoever_names_none() -> None:
    assert on_device("a.py:f", "cuda:1") == "a.py:f?device=cuda:1"
    assert on_device("torch?threads=2", "cuda:1") == "torch?threads=2&device=cuda:1"
    for target in ("torch?device=cpu", "command:./worker", "./libconv.so:f"):
        assert on_device(target, "cuda:1") == target
    assert on_device("a.py:f", None) == "a.py:f"


def test_a_target_may_name_one_of_the_devices_and_no_other(invoke: Callable[..., Result]) -> None:
    alone = invoke("run", "nothing:f?device=b", "--devices", "a,b", *QUICK)
    assert "there is no module nothing" in alone.stderr
    among = invoke("run", "nothing:f?device=b", "nothing:g?device=c", "--devices", "a,b", "--format", "jsonl", *QUICK)
    found = {target: one["headline"] for target, one in lines(among).items()}
    assert found == {
        "nothing:g?device=c": "nothing:g?device=c names the device c, and --devices names a, b",
        "nothing:f?device=b": "there is no module nothing",
    }


@pytest.mark.parametrize("command", ["smoke", "fingerprint", "compare", "initialisation", "replay"])
def test_every_command_finds_the_object_of_a_file(invoke: Callable[..., Result], folder: Path, command: str) -> None:
    (folder / "empty.py").write_text("x = 1\n")
    for path, sentence in (
        ("empty.py", "empty.py defines no function"),
        ("broken.py", "importing broken.py raised Imp"),
    ):
        (folder / "broken.py").write_text(UNREACHED["broken.py"])
        others = {"compare": (path,), "replay": (CASE,)}.get(command, ())
        done = invoke(command, *others, path)
        assert sentence in done.stderr, done.stderr


def test_ctrl_c_ends_all_and_keeps_what_is_complete(folder: Path, right: str) -> None:
    waits = right.replace(
        "    (sh, sw)", "    import time; open('waits', 'w').close(); time.sleep(1000)\n    (sh, sw)", 1
    )
    (folder / "waits.py").write_text(waits)
    command = [sys.executable, "-m", "conv2d_conformance", "run", "broken.py", "right.py", "waits.py", *QUICK]
    (folder / "broken.py").write_text(UNREACHED["broken.py"])
    with subprocess.Popen([*command, "--format", "jsonl"], cwd=folder, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        ended = [json.loads(run.stdout.readline()) for _ in range(2)]
        while not (folder / "waits").exists():
            time.sleep(0.01)
        started = time.monotonic()
        run.send_signal(signal.SIGINT)
        rest, _ = run.communicate(timeout=60)
    assert time.monotonic() - started < 20
    assert run.returncode == 130
    assert [one["target"] for one in ended] == ["broken.py:conv2d", "right.py:conv2d"]
    assert json.loads(Path(folder, ended[1]["report"]).read_text())["complete"] is True
    assert rest == ""
