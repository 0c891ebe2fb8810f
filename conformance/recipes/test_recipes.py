"""The recipes of docs/ci.md and the steps of action.yml, read and run as a CI does: in new environments, from outside.

Run by `tox -e recipes`, since it installs the suite anew and needs a package index.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml

from plain_conv2d import SOURCE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
LITTLE = "--only bias.absent --effort quick"
"""Which earns no certificate, and ends in seconds: exit status 4."""

WRONG = SOURCE.replace("return y.", "return -y.")
PROJECT = '[project]\nname = "mine"\nversion = "1"\n\n[tool.setuptools]\npy-modules = ["my_conv"]\n'
KNOWN = '[[deviation]]\nrequirement = "memory.view-steps"\nreason = "it is so"\nissue = "https://example.org/1"\n'
KNOWN += "expires = 2000-01-01\n"


def block(heading: str) -> str:
    """The code of a recipe."""
    section = PAGE.partition(f"\n## {heading}\n")[2]
    found = re.search(r"^```\w+\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has nothing but pip."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=True)
    return folder / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of an author of a conv2d."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name, content in {"my_conv.py": SOURCE, "pyproject.toml": PROJECT, "known.toml": KNOWN}.items():
        (folder / name).write_text(content)
    return folder


def ran(script: str, folder: Path, programs: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A step as GitHub and GitLab run it: by bash, which ends at the first command that fails."""
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "HTTP", "http", "SSL_", "no_"))}
    environment = kept | {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder.parent), "LANG": "C.UTF-8"}
    words = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(
        words, cwd=folder, env=environment | variables, capture_output=True, text=True, timeout=900, check=False
    )


def act(folder: Path, programs: Path, **inputs: str) -> tuple[int, str]:
    """The exit status of the action with these inputs, and the summary of its job."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    assert inputs.keys() <= action["inputs"].keys()
    values = {name: inputs.get(name, told.get("default")) for name, told in action["inputs"].items()}
    summary = folder.parent / "summary.md"
    summary.write_text("")
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        given = {
            name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: values[found[1]], text)
            for name, text in step.get("env", {}).items()
        }
        given |= {"GITHUB_ACTION_PATH": str(ROOT), "GITHUB_STEP_SUMMARY": str(summary)}
        done = ran(step["run"], folder, programs, **given)
        if done.returncode != 0:
            print(done.stdout, done.stderr)
            return done.returncode, summary.read_text()
    return 0, summary.read_text()


def test_the_action_certifies_and_says_what_got_worse(project: Path, python: Path) -> None:
    assert act(project, python, target="my_conv.py:conv2d", arguments=LITTLE, report="last.json") == (4, "")
    assert "no certificate" in (project / "conv2d-badge.svg").read_text()
    (project / "my_conv.py").write_text(WRONG)
    status, summary = act(project, python, target="my_conv.py:conv2d", arguments=LITTLE, baseline="last.json")
    assert status == 1
    assert "| worse | verdict | bias.absent (MUST) |" in summary
    assert (project / "conv2d-report.json").is_file()


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    steps = yaml.safe_load(block("GitHub"))["jobs"]["conv2d"]["steps"]
    (step,) = (step for step in steps if "conv2d-conformance" in step.get("uses", ""))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert step["with"].keys() <= inputs.keys()
    assert {name for name, told in inputs.items() if told.get("required")} <= step["with"].keys()


def test_the_job_of_gitlab_runs(project: Path, python: Path) -> None:
    job = yaml.safe_load(block("GitLab"))["conv2d"]
    repository = project.parent / "repository"
    shutil.copytree(ROOT, repository, ignore=shutil.ignore_patterns(".git", ".tox", "results", "*_cache", ".venv*"))
    commit = 'git init -q . && git add -A && git -c user.name=a -c user.email=a@b.c commit -qm "All of it"'
    assert ran(commit, repository, python).returncode == 0
    first = ran(job["script"][0], project, python, CONV2D_CONFORMANCE=str(repository))
    assert first.returncode == 0, first.stderr
    (project / "reports").mkdir()
    once = ran(
        "bash suite/ci/certify.sh",
        project,
        python,
        TARGET="my_conv.py:conv2d",
        ARGUMENTS=LITTLE,
        REPORT="reports/last-release.json",
    )
    assert once.returncode == 4, once.stderr
    done = ran(job["script"][1], project, python, ARGUMENTS=LITTLE)
    assert done.returncode == 4, done.stderr
    assert "nothing is worse" in done.stdout
    assert all((project / name).is_file() for name in job["artifacts"]["paths"])


def test_the_environment_of_tox_runs(project: Path) -> None:
    recipe = block("tox").replace("run my_conv.py:conv2d", f"run my_conv.py:conv2d {LITTLE}")
    (project / "tox.ini").write_text(f"[tox]\nskipsdist = true\n\n{recipe}")
    done = ran(f"{sys.executable} -m tox -e conv2d", project, Path(sys.executable).parent, CONV2D_CONFORMANCE=str(ROOT))
    assert "every MUST that is selected holds (bias.absent)" in done.stdout.replace("\n", " "), (
        done.stdout + done.stderr
    )
    assert "FAIL code 4" in done.stdout
