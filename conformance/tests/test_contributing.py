"""What CONTRIBUTING.md names exists, and what CITATION.cff says of the package is what the package says."""

from __future__ import annotations

import configparser
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import pytest

from conv2d_conformance import __version__
from conv2d_conformance.cli import program

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PLACEHOLDERS = ("NAME", "CHAPTER", "FILE", "edition-N", "MUTANT")
PACKAGES = ("", "conformance/conv2d_conformance/", "conformance/tests/")
"""Where a path may begin: a second one of a row leaves out what it has in common with the first."""

CONSTRAINTS = runpy.run_path(str(Path(__file__).with_name("lowest.py")))["constraints"]


def test_every_file_that_a_recipe_names_is_there() -> None:
    named = re.findall(r"`([\w./-]+/[\w.-]*|[\w-]+\.(?:md|cff|toml|ini))`", TEXT) + re.findall(r"\]\(([^)#]+)\)", TEXT)
    places = [name for name in named if not any(word in name for word in PLACEHOLDERS)]
    spec = "conformance/conv2d_conformance/spec/"
    assert [name for name in places if not any((ROOT / start / name).exists() for start in (*PACKAGES, spec))] == []
    assert len(places) > 30


def test_every_test_that_is_named_by_its_name_is_there() -> None:
    files = (*ROOT.glob("conformance/**/*.py"), *ROOT.glob("adapters/**/*.py"), ROOT / "results" / "regenerate.py")
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r"`(test_\w+|[A-Z_]{4,})`", TEXT)) - set(PLACEHOLDERS)
    assert {name for name in names if f"def {name}(" not in sources and f"\n{name}" not in sources} == set()
    assert len(names) > 7


def test_every_command_is_understood_and_every_environment_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    commands = [
        shlex.split(line.partition("  #")[0].partition(" > ")[0])[1:]
        for line in TEXT.splitlines()
        if line.startswith("conv2d-conformance ")
    ]
    for name, *arguments in commands:
        program.commands[name].make_context(name, arguments)
    assert len(commands) > 5
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    own = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    environments = {
        name for names in re.findall(r"tox (?:run -q )?-e ([a-z0-9,]+)", TEXT + own) for name in names.split(",")
    }
    assert environments >= {"lint", "type", "lowest", "results"}
    assert {name for name in environments - {"py311"} if f"testenv:{name}" not in tox} == set()


def test_the_citation_is_of_this_package() -> None:
    cited = dict(re.findall(r"^([a-z-]+): (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE))
    assert (cited["title"], cited["version"]) == (PROJECT["name"], __version__)
    assert (cited["abstract"], cited["license"]) == (PROJECT["description"], PROJECT["license"])
    assert PROJECT["version"] == __version__
    assert cited.get("repository-code") == PROJECT.get("urls", {}).get("Repository")


def test_the_lowest_versions_are_those_of_the_bounds() -> None:
    assert CONSTRAINTS(["b-c>=1.2.3", "a==4.0", "b-c>=1.2.3"]) == ["a==4.0", "b-c==1.2.3"]
    for unclear in ("a", "a~=1.0", "a>=1,<2", "a<2"):
        with pytest.raises(ValueError, match="has no lower bound"):
            CONSTRAINTS([unclear])
    assert CONSTRAINTS(list(PROJECT["dependencies"]))
