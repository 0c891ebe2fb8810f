"""Every finding has a page and a script, its report shows it, and the table is that of the scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.report.reading import read
from results import findings

FOUND = findings.findings()
SCRIPT = '''\
# /// script
# requires-python = ">=3.11"
# dependencies = ["library==1.0", "numpy"]
# [tool.conv2d-conformance]
# title = "it adds the bias twice"
# implementation = "library 1.0"
# kind = "bug"
# gravity = 2
# breaks = ["bias.added"]
# report = "library/1.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The bias is added twice."""
'''


def test_every_script_has_its_page_and_every_page_its_script() -> None:
    pages = {path.stem for path in findings.FOLDER.glob("*.md")} - {"README"}
    assert {one.name for one in FOUND} == pages
    assert len(FOUND) > 5


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.name)
def test_the_report_that_is_named_shows_it(one: findings.Finding) -> None:
    report = read(findings.RESULTS / one.report)
    failed = {entry.id for entry in report.requirements if entry.verdict in ("fail", "error")}
    assert one.breaks
    assert set(one.breaks) - failed == set()
    versions = re.findall(r"\d+(?:\.\d+)+", report.implementation.version)
    assert any(version in one.implementation for version in versions), report.implementation.version


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.name)
def test_a_script_ends_with_a_status_and_a_page_with_a_title(one: findings.Finding) -> None:
    assert "sys.exit(" in one.script.read_text(encoding="utf-8")
    assert one.script.with_suffix(".md").read_text(encoding="utf-8").startswith("# ")


def test_the_table_is_that_of_the_scripts() -> None:
    page = (findings.FOLDER / "README.md").read_text(encoding="utf-8")
    assert page == findings.table(FOUND), "python results/findings.py table writes it anew"


def test_a_script_is_read_as_it_describes_itself() -> None:
    found = findings.finding_of("twice", SCRIPT)
    assert (found.kind, found.gravity, found.breaks, found.system) == ("bug", 2, ("bias.added",), ())
    assert found.dependencies == ("library==1.0", "numpy")
    assert "| [it adds the bias twice](twice.md) ([script](twice.py)) | `bias.added`" in findings.table([found])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("# ///", "#", "twice.py has 0 blocks '# /// script'; it needs one"),
        ('"bug"', "bug", "the metadata of twice.py are no TOML: "),
        ('"bug"', '"fault"', "twice.py: kind must be one of bug, difference, limit, not 'fault'"),
        ("gravity = 2", "gravity = 6", "twice.py: gravity must be from 1 to 5, not 6"),
        ("gravity = 2", "gravity = true", "twice.py: gravity must be a value of type int, not True"),
        ('known = ""', 'known = "none"', "twice.py: known must be an address that begins with https://, or empty"),
        ("system = []", "system = [1]", "twice.py: system must be a list of strings, not [1]"),
        ("library==1.0", "library", "twice.py: dependencies must name the release that shows it, as in 'jax==0.10.2'"),
        ('">=3.11"', '"3.11"', "twice.py: requires-python must be as in '>=3.11', not '3.11'"),
        ("# title", "# heading", "twice.py: title must be a value of type str, not None"),
        ("# known", "# since = 1\n# known", "twice.py: since is no key of [tool.conv2d-conformance]; these are: title"),
        ('twice"', 'twice."', "twice.py: title must be a sentence without its full stop"),
    ],
)
def test_unsound_metadata_are_named(old: str, new: str, sentence: str) -> None:
    text = SCRIPT.replace(old, new, 1)
    assert text != SCRIPT
    with pytest.raises(findings.Unsound, match=f"^{re.escape(sentence)}"):
        findings.finding_of("twice", text)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is said of a script with this body, in an environment that is there already."""
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    monkeypatch.setattr(findings, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(findings, "_python_of", lambda _: sys.executable)
    # The hook that tells a script which raised from one that shows its fault, as an installed environment has it.
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "findings_status.py").write_text(findings.STATUS, encoding="utf-8")

    def said(body: str, metadata: str = SCRIPT) -> tuple[str, bool]:
        (tmp_path / "twice.py").write_text(f"{metadata}import findings_status\n{body}\n", encoding="utf-8")
        (found,) = findings.findings()
        found.environment.mkdir(parents=True, exist_ok=True)
        (found.environment / "ready").touch()
        ((_, sentence, shows),) = findings.confirm([found])
        return sentence, shows

    return said


@pytest.mark.parametrize(
    ("body", "sentence", "shows"),
    [
        ("raise SystemExit(1)", "shown 3 of 3 times", True),
        ("raise SystemExit(0)", "not shown", False),
        ("import a_library_that_is_missing", "the script raised: ModuleNotFoundError: No module named", False),
        ("raise SystemExit(3)", "the script ended with exit status 3: nothing on standard error", False),
        (
            "import pathlib\np = pathlib.Path('times')\np.touch() if not p.exists() else exit(1)",
            "shown 2 of 3 times; not shown",
            False,
        ),
    ],
)
def test_a_finding_is_shown_three_times_or_not(script: Any, body: str, sentence: str, shows: bool) -> None:
    told, did = script(body)
    assert told.startswith(sentence)
    assert did == shows


def test_what_this_machine_lacks_is_said(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told, shows = script("", SCRIPT.replace(">=3.11", ">=9.0"))
    assert told.startswith("could not be run: it needs Python >=9.0, and this is 3.")
    assert not shows
    monkeypatch.setattr(findings, "is_installed", lambda package: package == "gcc")
    told, shows = script("", SCRIPT.replace("system = []", 'system = ["gcc", "octave"]'))
    assert told == "could not be run: apt-get install octave"
    assert not shows


def test_the_program_names_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        findings.main(["confirm", "no-such-finding"])
    assert ended.value.code == 2
    assert "there is no finding no-such-finding; there are: " in capsys.readouterr().err


def test_an_exit_status_tells_raising_from_showing(tmp_path: Path) -> None:
    (tmp_path / "findings_status.py").write_text(findings.STATUS, encoding="utf-8")
    command = [sys.executable, "-c", "import findings_status; raise ValueError('x')"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == findings.RAISED
    assert ran.stderr.endswith("ValueError: x\n")
