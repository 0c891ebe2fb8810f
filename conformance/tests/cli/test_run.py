"""`run`, as a process: what it prints, what it leaves behind, and how it ends."""

import errno
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import Result

from conv2d_conformance.report.reading import read
from conv2d_conformance.report.validation import fault_of

QUICK = ("--effort", "quick")

Stalled = tuple[subprocess.Popen[str], int]
"""A run, and the number of the process of its implementation."""


def report_in(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text())
    assert fault_of(report) is None
    return report


def test_a_right_implementation(spawn: Callable[..., subprocess.CompletedProcess[str]], folder: Path) -> None:
    done = spawn("run", "right.py:conv2d", "--only", "bias.*", "--output", "out.json", *QUICK)
    assert (done.returncode, done.stderr) == (4, "")
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"right\.py:conv2d sha256:[0-9a-f]{12}", lines[0])
    assert lines[1] == "profile forward, effort quick, seed 0, spec edition 2, only bias.*"
    assert lines[3].split() == ["chapter", "pass", "fail", "error", "unsupported", "cases"]
    assert re.fullmatch(r"bias +4 +- +- +- +\d+", lines[4].strip())
    assert re.search(r"^judged    \d+ cases, for 4 requirements: 4 pass$", done.stdout, re.MULTILINE)
    assert "report    out.json" in lines
    assert lines[-1] == "every MUST that is selected holds (bias.*); a selection earns no certificate"
    assert "\x1b" not in done.stdout
    assert report_in(folder / "out.json")["complete"] is True
    assert sorted(path.name for path in folder.glob("out*")) == ["out.json"]


def test_a_wrong_implementation_and_the_command_that_replays_it(
    spawn: Callable[..., subprocess.CompletedProcess[str]], folder: Path
) -> None:
    done = spawn("run", "no_bias.py:conv2d", "--only", "bias.*", *QUICK)
    assert done.returncode == 1
    assert "\nFAIL  bias.added  MUST\n  The bias of an output channel is added exactly once to every" in done.stdout
    block = done.stdout.partition("FAIL  bias.added")[2].partition("\n\n")[0]
    for label in ("got", "required", "replay"):
        assert re.search(rf"^  {label} +\S", block, re.MULTILINE), label
    assert done.stdout.splitlines()[-1].startswith("not conforming: 3 requirements broken (bias.added, ")
    for line in done.stdout.splitlines():
        assert len(line) <= 100 or line.startswith(("  case ", "  replay "))
    program, *arguments = shlex.split(block.splitlines()[-1].removeprefix("  replay"))
    assert program == "conv2d-conformance"
    assert spawn(*arguments).returncode == 1
    assert report_in(folder / "conv2d-no_bias.py-conv2d-quick-only-bias.json")["conclusion"]["exit_status"] == 1


def test_what_is_not_claimed_is_not_judged(spawn: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = spawn("run", "right.py:conv2d", "--only", "padding.same-*", *QUICK)
    assert done.returncode == 4
    assert done.stdout.splitlines()[-1] == "nothing was judged"


@pytest.mark.parametrize(
    ("glob", "sentence", "hint"),
    [
        ("bias.aded", "matches no requirement", "did you mean bias.added"),
        ("strides.*", "matches no requirement", "did you mean 'stride.*'"),
        ("zzz", "matches no requirement", "`conv2d-conformance list requirements` has them all"),
    ],
)
def test_a_selection_of_nothing_is_wrong_usage(
    invoke: Callable[..., Result], glob: str, sentence: str, hint: str
) -> None:
    result = invoke("run", "right.py:conv2d", "--only", glob)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: --only '{glob}' {sentence}\nHint: {hint}")


def test_a_declared_failure_does_not_fail_the_run_and_a_stale_one_does(
    spawn: Callable[..., subprocess.CompletedProcess[str]], folder: Path
) -> None:
    table = '[[deviation]]\nrequirement = "{}"\nreason = "known"\nissue = "https://example.org/1"\n'
    broken = ("bias.added", "bias.per-channel", "bias.in-padding-only-windows")
    (folder / "known.toml").write_text("".join(map(table.format, broken)))
    only = ("--only", "bias.*", "--deviations", "known.toml", *QUICK)
    declared = spawn("run", "no_bias.py:conv2d", *only)
    assert declared.returncode == 0
    assert declared.stdout.splitlines()[-1] == "not conforming: 3 requirements broken as declared, and nothing else"
    assert "\n  declared  bias.added: known (https://example.org/1)\n" in declared.stdout
    stale = spawn("run", "right.py:conv2d", *only)
    assert stale.returncode == 1
    assert "no certificate: stale deviations, which do not fail: bias.added" in " ".join(stale.stdout.split())


def test_a_deviation_of_another_machine_is_neither_expected_nor_stale(
    spawn: Callable[..., subprocess.CompletedProcess[str]], folder: Path
) -> None:
    (folder / "elsewhere.toml").write_text(DECLARED + 'processor = ["no-such-flag"]')
    only = ("--only", "bias.*", "--deviations", "elsewhere.toml", *QUICK)
    right = spawn("run", "right.py:conv2d", *only)
    assert (right.returncode, "stale" in right.stdout) == (4, False)
    assert spawn("run", "no_bias.py:conv2d", *only).returncode == 1


DECLARED = '[[deviation]]\nrequirement = "bias.added"\nreason = "r"\nissue = "https://e.org"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "d.toml cannot be read: no such file or directory"),
        ("x", "d.toml is not TOML: "),
        ("x = " + "[" * 200_000, "d.toml is no file of deviations: it is nested too deeply"),
        ("deviation = 1", "d.toml: deviation must be a list of tables"),
        ("[other]", "d.toml has the unknown key 'other'"),
        ('[[deviation]]\nrequirement = "bias.added"', "d.toml, deviation 1 has no reason"),
        (
            '[[deviation]]\nrequirement = "bias.aded"\nreason = "r"\nissue = "https://e.org"',
            "d.toml, deviation 1: The specification, edition 2, has no requirement 'bias.aded'",
        ),
        (
            '[[deviation]]\nrequirement = "bias.added"\nreason = "r"\nissue = "later"',
            "d.toml, deviation 1: issue must be a URL, or the path of a page (.md), not 'later'",
        ),
        (
            '[[deviation]]\nrequirement = "bias.added"\nreason = 1\nissue = "https://e.org"',
            "d.toml, deviation 1: reason must be a string that says something, not 1",
        ),
        (
            '[[deviation]]\nrequirement = "bias.added"\nreason = "r"\nissue = "https://e.org"\nuntil = 2030',
            "d.toml, deviation 1 has the unknown key 'until'",
        ),
        (DECLARED + "version = 2.13", "d.toml, deviation 1: version must be a string, not 2.13"),
        (DECLARED + 'version = "2.13"', "d.toml, deviation 1: version '2.13' is not understood"),
        (DECLARED + 'processor = "avx2"', "d.toml, deviation 1: processor must be a list of strings, not 'avx2'"),
    ],
)
def test_a_file_of_deviations_that_is_not_as_it_must_be(
    invoke: Callable[..., Result], folder: Path, text: str | None, sentence: str
) -> None:
    if text is not None:
        (folder / "d.toml").write_text(text)
    result = invoke("run", "right.py:conv2d", "--deviations", "d.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {sentence}")


def test_a_failure_of_the_suite_itself_is_told_as_such(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from conv2d_conformance.running import run

    def fail(*_: object) -> NoReturn:
        raise run.HarnessFailure("the suite itself failed, so that there is no verdict: a reason")

    monkeypatch.setattr(run, "run", fail)
    result = invoke("run", "right.py:conv2d", "--only", "bias.added")
    assert result.exit_code == 3
    assert result.stderr == (
        "Error: the suite itself failed, so that there is no verdict: a reason\nHint: please report it\n"
    )


def test_what_the_environment_lacks_during_a_run_is_no_failure_of_the_suite(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from conv2d_conformance.implementation.host import Worker

    start = Worker._start
    started: list[Worker] = []

    def start_once(self: Worker) -> None:
        if started:
            raise OSError(errno.EMFILE, "Too many open files")
        start(self)
        started.append(self)

    monkeypatch.setattr(Worker, "_start", start_once)
    result = invoke("run", "dies.py:conv2d", "--only", "bias.absent", *QUICK)
    assert result.exit_code == 3
    assert result.stderr == (
        "Error: too few files may be open at a time, so that there is no verdict\n"
        "Hint: raise the limit: `ulimit -n 256`\n"
    )


def test_an_interrupt_before_the_first_check_says_that_there_is_no_report(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from conv2d_conformance.running import run

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run", interrupt)
    result = invoke("run", "right.py:conv2d", "--only", "bias.added")
    assert (result.exit_code, result.stderr) == (130, "Error: interrupted\nHint: there is no report yet\n")


def test_limits_are_passed_on(invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    from conv2d_conformance.running import run
    from conv2d_conformance.running.options import Options

    asked: list[Options] = []

    def fail(options: Options, *_: object) -> NoReturn:
        asked.append(options)
        raise ZeroDivisionError

    monkeypatch.setattr(run, "run", fail)
    invoke("run", "right.py:conv2d", "--timeout", "3", "--memory", "0.5")
    invoke("run", "right.py:conv2d")
    usual = Options(target="", output=Path())
    assert [(options.timeout, options.memory) for options in asked] == [(3, 0.5), (usual.timeout, usual.memory)]


STALLING = """
import itertools, os, pathlib, signal
from right import conv2d as right

calls = itertools.count()


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    if next(calls) == 40:
        pathlib.Path("pid.new").write_text(str(os.getpid()))
        os.rename("pid.new", "pid")
        signal.pause()
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
"""


@pytest.fixture
def stalled(folder: Path) -> Iterator[Stalled]:
    """A run that has finished a check and waits for an answer; and the process that it waits for."""
    (folder / "stalling.py").write_text(STALLING)
    arguments = ["run", "stalling.py:conv2d", "--output", "out.json", "--only", "bias.*", "--timeout", "300", *QUICK]
    run = subprocess.Popen(
        [sys.executable, "-m", "conv2d_conformance", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: (folder / "pid").exists() or run.poll() is not None)
    yield run, int((folder / "pid").read_text())
    run.kill()
    run.communicate()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def is_gone(pid: int, seconds: float = 60) -> bool:
    """Whether a process ends in time, even if nobody waits for it and it stays in the table of processes."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = select.select([descriptor], [], [], seconds)[0]
    os.close(descriptor)
    return bool(ended)


@pytest.mark.parametrize(
    "numbers", [(signal.SIGINT,), (signal.SIGHUP,), (signal.SIGTERM, signal.SIGINT, signal.SIGTERM)]
)
def test_an_interrupted_run_leaves_a_valid_report_and_no_process(
    stalled: Stalled, folder: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    run, worker = stalled
    for number in numbers:
        run.send_signal(number)
    stdout, stderr = run.communicate(timeout=60)
    assert (run.returncode, re.sub(r"^\d+ s, .*\n", "", stderr, flags=re.MULTILINE)) == (130, "")
    report = read(folder / "out.json.partial")
    assert report.complete is False
    assert report.judged_cases > 0
    assert re.fullmatch(r"interrupted, [1-4] requirements? not reached; so far no MUST broken", stdout.splitlines()[-1])
    assert "report    out.json.partial" in stdout.splitlines()
    assert not (folder / "out.json").exists()
    assert is_gone(worker)


def test_a_killed_run_leaves_a_partial_report_that_summary_reads(
    stalled: Stalled,
    folder: Path,
    spawn: Callable[..., subprocess.CompletedProcess[str]],
    invoke: Callable[..., Result],
) -> None:
    run, worker = stalled
    beside = invoke("run", "stalling.py:conv2d", "--output", "out.json", "--only", "bias.*", *QUICK)
    assert beside.exit_code == 2
    assert beside.stderr.startswith("Error: another run writes its report to out.json\nHint: wait for its end, or ")
    run.kill()
    run.communicate(timeout=60)
    assert not (folder / "out.json").exists()
    done = spawn("summary", "out.json.partial")
    assert (done.returncode, done.stderr) == (0, "")
    assert "report    out.json.partial" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1].endswith("not reached; so far no MUST broken")
    assert is_gone(worker)


def test_progress_is_shown_on_a_terminal(folder: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "conv2d_conformance", "run", "right.py:conv2d", "--only", "bias.*", *QUICK]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "90"}
    with subprocess.Popen(command, cwd=folder, stdout=slave, stderr=slave, env=environment) as run:
        os.close(slave)
        shown = b""
        try:
            while piece := os.read(master, 4096):
                shown += piece
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(master)
    text = shown.decode()
    assert run.returncode == 4
    assert "connecting to right.py:conv2d" in text
    assert "test_bias::test_" in text
    assert re.search(r"(\d+)/\1\D", text)
    assert "\x1b[1;33mevery MUST that is selected holds" in text


KILLED_ONCE = """
import os, pathlib, signal
from right import conv2d as right

note = pathlib.Path("note")


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    if not note.exists():
        note.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
"""


def test_a_worker_that_the_system_kills_once_is_an_incident_and_no_verdict(
    invoke: Callable[..., Result], folder: Path
) -> None:
    (folder / "killed.py").write_text(KILLED_ONCE)
    result = invoke("run", "killed.py:conv2d", "--output", "out.json", "--only", "bias.added", *QUICK)
    report = json.loads((folder / "out.json").read_text())
    sentence = (
        "the process was killed by signal 9 (SIGKILL); the system does so when memory runs out before it answered;"
        " asked again in a fresh process, it answered (test_bias::test_added)"
    )
    assert report["execution"]["incidents"] == [sentence]
    assert [entry["verdict"] for entry in report["requirements"] if entry["id"] == "bias.added"] == ["pass"]
    assert f"incident  {sentence}" in " ".join(result.stdout.split("\n          ")).replace("\n", " ")


def test_a_replay_tells_incidents_too(invoke: Callable[..., Result], folder: Path) -> None:
    (folder / "killed.py").write_text(KILLED_ONCE)
    result = invoke("replay", "n1c1h1w1 m1k1", "killed.py:conv2d")
    assert result.exit_code == 0
    assert "incident  the process was killed by signal 9 (SIGKILL)" in result.stdout
