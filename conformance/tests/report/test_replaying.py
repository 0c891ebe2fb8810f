"""The command that asks a case again has the options of the run, and a shell reads the same words from it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import replace
from typing import Any

from conv2d_conformance.report.replaying import replay_line, replay_of, shell_word
from conv2d_conformance.report.target_outcome import outcome_of
from conv2d_conformance.running.header import told
from conv2d_conformance.running.options import Options
from on_json import report_of

CASE = "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1"


def test_what_is_not_usual_in_the_run_is_said_again(report: dict[str, Any]) -> None:
    usual = outcome_of(report_of(report), place="x", seconds=1).failure
    assert usual is not None
    assert shlex.split(usual.replay) == ["conv2d-conformance", "replay", CASE, "mine.py:conv2d?fast=1"]
    report["run"] |= {"timeout_seconds": 0.25, "isolation": "none"}
    told = outcome_of(report_of(report), place="x", seconds=1).failure
    assert told is not None
    assert told.replay == f"{usual.replay} --timeout 0.25 --isolation none"


def test_the_calls_around_a_case_come_with_it(report: dict[str, Any]) -> None:
    failing = next(entry.failure for entry in report_of(report).requirements if entry.failure)
    assert replay_of(failing, report_of(report).run) == replay_line(CASE, "mine.py:conv2d?fast=1")
    words = ["--after", "a b", "--after", "c", "--beside", "d", "--invariance", "batch-invariant", "--times", "3"]
    line = replay_line("x", "y", after=("a b", "c"), beside="d", invariance="batch-invariant", times=3)
    assert shlex.split(line) == ["conv2d-conformance", "replay", "x", "y", *words]


def test_what_a_report_has_escaped_is_as_it_was_in_the_command(report: dict[str, Any]) -> None:
    failing = next(entry.failure for entry in report_of(report).requirements if entry.failure)
    for target in ("a\x1bb\n.py:f", r"a\x1bb.py:f", r"a\x5cb.py:f", "a\tb.py:f"):
        run = replace(report_of(report).run, target=told(Options(target=target)).target)
        assert run.target.isprintable()
        assert replay_of(failing, run) == replay_line(CASE, target)


def test_a_shell_reads_each_name_of_a_file_as_it_is() -> None:
    names = [
        "plain.py:conv2d",
        'it\'s "a" $HOME `x`.py',
        "né.py",
        r"a\b.py",
        r"a\x1b.py",
        "\x1b[31m'red'\x07f.py",
        "n\u0085b\x9f.py",
        "\u202etxt.py",
        "\U000e0001.py",
        os.fsdecode(b"caf\xe9\xff\\1.py"),
    ]
    line = " ".join(map(shell_word, names))
    assert line.isprintable()
    read = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True).stdout
    assert [os.fsdecode(word) for word in read.split(b"\0")[:-1]] == names
    assert shell_word(json.loads(r'"\ud800"')) == r"$'\355\240\200'"
    assert shell_word("\x1bab") == r"$'\033ab'", "Ksh takes \\x1bab for one number"
