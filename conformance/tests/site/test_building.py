"""What a site is made of, where it may go, and what is said where it cannot be made."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import util
from pathlib import Path

import pytest
from click.testing import Result
from markupsafe import Markup

from conv2d_conformance.site.addresses import slugs
from conv2d_conformance.site.findings import metadata
from conv2d_conformance.site.published import NothingPublished, published
from conv2d_conformance.site.rendering import coded


def test_a_name_of_a_page_stays_and_belongs_to_one_path() -> None:
    paths = ["torch/2.13.0+cpu/linux.json", "a b/c.json", "a+b/c.json", "A-b/c.json", "../x.json", ".json", "é/ü.json"]
    paths += ["x" * 300 + ".json", "x" * 300 + "y.json"]
    found = slugs(paths)
    assert found["torch/2.13.0+cpu/linux.json"] == "torch--2.13.0-cpu--linux"
    assert len({name.lower() for name in found.values()}) == len(paths)
    for path, name in found.items():
        assert name.replace("-", "").replace(".", "").replace("_", "").isascii(), path
        assert name
        assert not name.startswith(".")
        assert not set(name) & set("/\\ %?#+&<>\"'=")
        assert len(name) < 140
    assert slugs(paths[:1]) == {paths[0]: found[paths[0]]}


def test_a_site_goes_to_a_folder_of_its_own(invoke: Callable[..., Result], results: Path, folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "letter.txt").write_text("dear")
    result = invoke("site", str(results), "-o", "mine")
    assert result.exit_code == 2
    assert "mine holds something other than an earlier site" in result.stderr
    assert [path.name for path in (folder / "mine").iterdir()] == ["letter.txt"]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("path", "sentence"), [("none", "none is no folder"), ("mine", "mine holds no report")])
def test_a_folder_without_reports_is_refused(
    invoke: Callable[..., Result], folder: Path, path: str, sentence: str
) -> None:
    (folder / "mine").mkdir()
    result = invoke("site", path, "-o", "pages")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (folder / "pages").exists()


@pytest.mark.usefixtures("folder")
def test_what_is_not_installed_is_said(
    invoke: Callable[..., Result], results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "jinja2" else there(name))
    result = invoke("site", str(results), "-o", "pages")
    assert result.exit_code == 3
    assert "a site needs jinja2, not installed here" in result.stderr
    assert "pip install 'conv2d-conformance[site]'" in result.stderr


def test_a_report_that_says_what_none_can_say_is_left_out(results: Path, folder: Path) -> None:
    report = json.loads((results / "wrong" / "1" / "linux.json").read_text())
    report["implementation"]["capabilities"] = {"colour": True}
    (folder / "odd.json").write_text(json.dumps(report))
    with pytest.raises(NothingPublished) as told:
        published(folder)
    assert told.value.hint.startswith(f"{folder / 'odd.json'} ")
    assert "colour" in told.value.hint


def test_a_file_that_is_too_large_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conv2d_conformance.report.reading.LARGEST", 1 << 20)
    (folder / "large.json").write_text("[" + "1," * (1 << 20))
    with pytest.raises(NothingPublished) as told:
        published(folder)
    assert told.value.hint == f"{folder / 'large.json'} is not a report: it has more than 1 MiB"


def test_metadata_are_those_of_the_section_and_no_other_comment() -> None:
    told = metadata('"""Words."""\n# /// script\n# dependencies = ["a"]\n#\n# [tool.x]\n# y = 1\n# ///\n# z = 2\n')
    assert told == {"dependencies": ["a"], "tool": {"x": {"y": 1}}}
    assert metadata("# y = 1\n") == {}
    with pytest.raises(ValueError, match="line"):
        metadata("# /// script\n# = 1\n# ///\n")


def test_what_stands_between_backticks_is_code_and_still_text() -> None:
    assert coded("`<b>` & `c`") == Markup("<code>&lt;b&gt;</code> &amp; <code>c</code>")
    assert coded("one ` alone <b>") == "one ` alone <b>"
    assert not isinstance(coded("one ` alone <b>"), Markup)
