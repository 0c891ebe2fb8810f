"""In whatever environment the program starts, it says what it says elsewhere, or in a sentence what is lacking."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import conv2d_adapters
from conv2d_conformance.report.conclusion import NO_CERTIFICATE

FOLDER = Path(__file__).parent
WORKER = Path(conv2d_adapters.__file__).parent / "workers" / "plain_python.py"
USUAL = "as usual"
UNAVAILABLE = 200

SENTENCE = re.compile(r"Error: [^\n]+\n(Hint: [^\n]+\n)?")
"""One sentence, and a hint."""

UNREAD = {
    1: {"closed: 1", "closed: 1, 2", "closed: 0, 1, 2", "nobody reads standard output", "nobody reads either"},
    2: {"closed: 2", "closed: 1, 2", "closed: 0, 1, 2", "nobody reads standard error", "nobody reads either"}
    | {"standard error is full", "both are full"},
}
"""By descriptor, where nothing that is written to it is seen."""

LACKING = {
    "standard output is full": {"run", "smoke", "verify", "summary"},
    "both are full": {"run", "smoke", "verify", "summary"},
    "8 open files": {"run", "smoke", "verify"},
    "16 open files": {"run", "smoke"},
    "files of no size": {"run"},
    "files of 1 KiB": {"run"},
    "no processes": {"run", "smoke"},
    "the current folder was removed": {"run", "verify", "summary"},
    "the current folder cannot be written to": {"run"},
    "nobody may read what is made": {"run"},
    "a folder named out.json": {"run"},
    "a folder named out.json.partial": {"run"},
    "a folder named out.json.new": {"run"},
    "the report is a link to a folder that is missing": {"run"},
    "the disk is full": {"run"},
}
"""The commands that need what there is not. Everywhere else they must say what they say elsewhere."""


class Outcome(NamedTuple):
    """What came of a command in an environment."""

    environment: str
    command: str
    status: int
    output: str
    error: str

    @property
    def verdict(self) -> tuple[int, str]:
        return self.status, self.output.rstrip().rpartition("\n")[2]

    @property
    def is_a_sentence(self) -> bool:
        is_told = SENTENCE.fullmatch(self.error) or (self.error == "" and self.environment in UNREAD[2])
        return self.status in (2, 3) and bool(is_told) and "the suite itself failed" not in self.error

    def agrees_with(self, usual: Outcome) -> bool:
        if self.environment in UNREAD[1]:
            return (self.status, self.output, self.error) == (usual.status, "", "")
        return self.verdict == usual.verdict and self.error == usual.error == ""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    folder = tmp_path_factory.mktemp("environments")
    target = f"command:{sys.executable} -S {WORKER}"
    command = [sys.executable, str(FOLDER / "driver.py"), str(folder), target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [Outcome(*json.loads(line)) for line in done.stdout.splitlines()]
    return {(outcome.environment, outcome.command): outcome for outcome in found}


def test_the_verdict_is_the_same_or_a_sentence_says_what_is_lacking(
    outcomes: dict[tuple[str, str], Outcome],
) -> None:
    wrong = [
        outcome
        for (environment, command), outcome in outcomes.items()
        if outcome.status != UNAVAILABLE
        and not outcome.agrees_with(outcomes[USUAL, command])
        and not (command in LACKING.get(environment, ()) and outcome.is_a_sentence)
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_there_are_sixty_environments_and_this_is_what_they_are_told_in(
    outcomes: dict[tuple[str, str], Outcome],
) -> None:
    environments = {environment for environment, _ in outcomes}
    made = {environment for (environment, _), outcome in outcomes.items() if outcome.status != UNAVAILABLE}
    assert len(environments) > 60
    assert environments >= {USUAL, *LACKING, *UNREAD[1], *UNREAD[2]}
    assert len(made) > 50  # some need rights that not everybody has
    usual = {command: outcome.verdict for (environment, command), outcome in outcomes.items() if environment == USUAL}
    assert {command: status for command, (status, _) in usual.items()} == dict.fromkeys(usual, 0) | {
        "run": NO_CERTIFICATE
    }
    assert "bias.absent" in usual["run"][1]
    assert usual["smoke"][1].startswith("sane: ")
