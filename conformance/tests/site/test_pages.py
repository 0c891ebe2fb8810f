"""The pages as a whole: every link has its target, nothing of others is markup, and what is told is what was read."""

from __future__ import annotations

import json
import posixpath
import shlex
from base64 import b64encode
from pathlib import Path
from urllib.parse import unquote, urlsplit

from conv2d_conformance import spec
from conv2d_conformance.cli import program
from conv2d_conformance.report.counts import chapters
from conv2d_conformance.report.reading import read
from conv2d_conformance.site.built import SiteBuilt
from conv2d_conformance.site.plots import COLOURS, worst_errors
from site_pages import BROKEN, DRAWING, IMAGE, REAL, REPRODUCER, SCRIPT, Page


def test_every_link_has_its_target(built: SiteBuilt, pages: dict[str, Page]) -> None:
    missing, inside = [], 0
    for address, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("https", "http", "data"):
                continue
            assert not parts.scheme, (address, link)
            inside += 1
            path = unquote(parts.path)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(address), path)) if path else address
            is_there = (Path(built.folder) / target).is_file()
            if not is_there or (parts.fragment and unquote(parts.fragment) not in pages[target].ids):
                missing.append((address, link))
    assert not missing, missing[:10]
    assert inside > 3000


def test_no_page_has_an_address_twice(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), (address, sorted(page.ids))


def test_nothing_that_others_wrote_is_markup(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        for tag, found in page.elements:
            assert tag != "img" or found["src"].startswith("data:image/svg+xml;base64,"), address
            assert tag != "b" or not address.startswith("findings/hostile"), address
            assert not [name for name in found if name.startswith("on")], (address, found)
            assert tag != "script" or found.get("type") == "application/json" or found.get("src"), address
            assert not found.get("href", "").startswith("javascript"), address
    told = pages["implementations/img-src-x-onerror-alert-1----b.html"].text
    assert min(told.count(text) for text in (IMAGE, SCRIPT)) > 3
    assert SCRIPT in pages["findings/hostile.html"].text


def test_what_lies_beside_a_report_is_on_its_page_alone(pages: dict[str, Page]) -> None:
    """Its reproducers, and what it draws for fresh layers: as an image, in which no script is run."""
    image = f"data:image/svg+xml;base64,{b64encode(DRAWING.encode()).decode()}"
    with_script = [address for address, page in pages.items() if REPRODUCER.strip() in page.text]
    with_drawing = [address for address, page in pages.items() if image in page.links]
    assert with_script == with_drawing == ["implementations/wrong--1--linux.html"]


def test_the_matrix_tells_what_the_reports_say(results: Path, pages: dict[str, Page]) -> None:
    home = pages["index.html"]
    (data,) = home.json
    assert isinstance(data, dict)
    cells = {found["id"]: found for _, found in home.elements if "data-held" in found}
    letters = {"pass": "p", "fail": "f", "error": "e", "not reached": "n", "unsupported": "u"}
    seen = 0
    for name in (*REAL, "wrong"):
        report = read(results / name / "1" / "linux.json")
        slug = f"{name}--1--linux"
        for chapter in chapters(report):
            cell = cells[f"{slug}.{chapter.name}"]
            failing = sum(chapter.verdicts[verdict] for verdict in ("fail", "error", "not reached"))
            assert (int(cell["data-held"]), int(cell["data-failing"])) == (chapter.verdicts["pass"], failing)
            assert chapter.worst.replace(" ", "-") in cell["class"].split()
        entries = {entry.id: letters[entry.verdict] for entry in report.requirements}
        assert data["verdicts"][slug] == "".join(entries.get(one, "-") for one in spec.load().requirements)
        seen += len(entries)
    assert seen > 300


def test_from_a_failing_cell_two_links_lead_to_a_command_that_shows_why(pages: dict[str, Page]) -> None:
    home, page = pages["index.html"], pages["implementations/wrong--1--linux.html"]
    assert "implementations/wrong--1--linux.html#values" in home.links
    assert "values" in page.ids
    assert f"#why-{BROKEN}" in page.links
    assert f"why-{BROKEN}" in page.ids
    assert "conv2d-conformance replay 'n1c1h1w3 m1k1x2" in page.text


def test_a_requirement_names_those_that_hold_it_and_those_that_do_not(pages: dict[str, Page]) -> None:
    page = pages[f"edition-2/{BROKEN}.html"]
    rows = {found["id"]: found["class"] for tag, found in page.elements if tag == "tr" and "id" in found}
    assert rows["wrong--1--linux"] == "fail"
    held = {found["id"] for tag, found in page.elements if tag == "li" and "id" in found}
    assert held == {f"{name}--1--linux" for name in REAL}
    assert "wrong--1--linux" not in pages["edition-2/padding-mode.reflect.html"].ids  # it does not claim it
    assert "reference-direct--1--linux" not in pages["edition-2/gradients.bias.html"].ids  # it was not asked
    assert f"conv2d-conformance spec edition 2, {BROKEN}" in page.text


def test_what_is_no_report_is_told(built: SiteBuilt, results: Path, pages: dict[str, Page]) -> None:
    assert built.reports == len(REAL) + 2
    told = " ".join(built.refused)
    for name in ("cut.json", "foreign.json", "broken.py"):
        assert str(results / name) in told or str(results / "findings" / name) in told
    assert len(built.refused) == 3
    assert all(sentence in pages["index.html"].text for sentence in built.refused)


def test_the_report_of_a_page_is_the_one_that_was_read(built: SiteBuilt, results: Path) -> None:
    copy = Path(built.folder) / "reports" / "wrong--1--linux.json"
    assert json.loads(copy.read_text()) == json.loads((results / "wrong" / "1" / "linux.json").read_text())
    assert read(copy) == read(results / "wrong" / "1" / "linux.json")


def test_findings_stand_by_gravity_with_what_their_scripts_say(pages: dict[str, Page]) -> None:
    rows = [found["id"] for tag, found in pages["findings/index.html"].elements if tag == "tr" and "id" in found]
    assert rows[0] == "hostile"
    assert {"broken", "hostile"} < set(rows)
    assert f'print("{SCRIPT}")' in pages["findings/hostile.html"].text


def test_the_worst_errors_are_plotted_over_their_sums_in_the_colours_of_the_page(
    built: SiteBuilt, results: Path
) -> None:
    found = worst_errors(read(results / "reference-correlate" / "1" / "linux.json"))
    assert {one.subject for one in found} == {"float32", "float64"}  # and not their gradients
    assert all(one.K >= 1 and 0 < one.share <= 1 for one in found)
    text = (Path(built.folder) / "implementations" / "reference-correlate--1--linux.html").read_text()
    plot = text.partition('<figure class="plot">')[2].partition("</figure>")[0]
    assert "products of the sum, K" in plot
    assert all(f">{one.subject}</text>" in plot for one in found)
    assert "var(--accent)" in plot
    assert not any(colour in plot for colour in COLOURS)


def test_every_command_on_a_page_is_understood(pages: dict[str, Page], folder: Path) -> None:
    (folder / "results" / "my-conv" / "1.0").mkdir(parents=True)
    seen = set()
    for address in ("certify.html", *(name for name in pages if name.startswith("implementations/"))):
        for line in "\n".join(pages[address].code).splitlines():
            is_named_only = line == "conv2d-conformance verify"
            if line.startswith("conv2d-conformance ") and SCRIPT not in line and not is_named_only:
                name, *words = shlex.split(line.partition("  #")[0])[1:]
                program.commands[name].make_context(name, words)
                seen.add(name)
    assert seen == {"initialisation", "list", "replay", "run", "site", "smoke"}
