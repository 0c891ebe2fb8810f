"""Whatever text an implementation, a file or a path is made of: every page holds it, and none is broken by it."""

from __future__ import annotations

import copy
import io
import json
import os
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conv2d_conformance.contract.answers import Broken, Hello, Observation, Rejected
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.fingerprint import page as fingerprint_page
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.foreign import (
    escaped,
    escaped_json,
    escaped_line,
    reversibly_escaped,
    shortened,
    showable,
    showable_name,
    unescaped,
)
from conv2d_conformance.report.console import console
from on_json import in_short, read, results_page, show
from on_json import junit_page as junit

SURROGATES = [chr(number) for number in (0xD800, 0xDBFF, 0xDC00, 0xDC80, 0xDFFF)]
MARKS = ["\u202e", "\u200f", "\u2066", "\u2028", "\u0085", "\ufeff", "\ufffe", "\U000e0001"]
MARKUP = ["|", "`", "```\n", "\n", "\r", "<b>", "</code>", "<!--", "&lt;", "]]>", "](x)", "$x$", "~~", "**", "\\", "# "]
CONTROL = ["\0", "\x1b[31m", "\x07", "\x08", "\x7f", "\x9b2J", "\t"]
PIECES = st.one_of(st.sampled_from(SURROGATES + MARKS + MARKUP + CONTROL), st.integers(0, 0x10FFFF).map(chr))
HOSTILE = st.lists(PIECES, max_size=12).map("".join)
PATHS = st.lists(
    st.sampled_from([b"a", b"/", b" ", b"\xff", b"\x1b", b"|", b"\n", b")", b"%", b"\xe2\x80\xae"]), min_size=1
)


STEADY = settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
"""The same examples each time, however busy the machine is."""


def acts(text: str) -> list[str]:
    """The characters of a page that a terminal or a parser would act upon."""
    return [
        letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


@STEADY
@given(HOSTILE)
def test_what_is_escaped_acts_on_nothing_and_stays_as_it_is(text: str) -> None:
    shown = escaped(text)
    assert not acts(shown)
    shown.encode("utf-8")
    assert escaped(shown) == shown
    assert "\n" not in escaped_line(text)
    if text.isprintable():
        assert shown == text


@STEADY
@given(st.one_of(HOSTILE, st.text("\\xuU05c1b\n\t")))
def test_what_is_escaped_reversibly_comes_back(text: str) -> None:
    shown = reversibly_escaped(text)
    assert shown.isprintable()
    assert unescaped(shown) == text
    assert reversibly_escaped("a\x1b\\n") == r"a\x1b\n"


@STEADY
@given(HOSTILE, st.integers(60, 200))
def test_what_is_long_keeps_both_ends_and_says_how_much_is_missing(text: str, most: int) -> None:
    long = "begin " + text * 50 + " end"
    shown = showable(long, most)
    assert len(shown) <= most
    assert showable(shown, most) == shown
    whole = escaped(long)
    if len(whole) > most:
        beginning, rest = shown.split(" ... (", 1)
        number, end = rest.split(" characters left out) ... ", 1)
        assert whole.startswith(beginning)
        assert whole.endswith(end)
        assert (len(beginning) + int(number) + len(end) == len(whole)) or len(long) > 2 * most
        assert int(number) > 0


def test_a_name_is_one_short_line() -> None:
    assert showable_name("a\n\tb") == "a b"
    shown = showable_name(100_000 * "x")
    assert len(shown) <= 100
    assert "(99950 characters left out)" in shown
    assert shortened("short", 10) == "short"


@STEADY
@given(HOSTILE)
def test_nothing_that_comes_back_holds_text_that_acts(text: str) -> None:
    hello = Hello(text, text, text, Capabilities(), text, environment={text: text}, composed={"bias": text})
    values = (hello, Rejected(text, text), Broken("died", text, text), Observation(text, text))
    held = [each for value in values for each in strings(vars(value))]
    assert len(held) > 10
    assert not any(map(acts, held))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (*strings(key), *strings(item))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def made_of(report: dict[str, Any], text: str) -> dict[str, Any]:
    """The report with the text wherever an implementation, an adapter's owner or a command line could put it."""
    report = copy.deepcopy(report)
    report["run"]["target"] = f"mine.py:conv2d{text}"
    report["implementation"] |= {
        **dict.fromkeys(("name", "version", "language", "description"), text),
        "environment": {text: text},
        "composed": {"bias": f"a{text}"},
    }
    report["deviations"] = [{"requirement": "bias.added", "reason": f"a{text}", "issue": f"https://e.org/{text}"}]
    report["execution"]["incidents"] = [f"it{text}"]
    for entry in report["requirements"]:
        if entry["failure"] is not None:
            entry["failure"] |= {"got": f"refused a legal call: E: {text}", "diagnosis": f'it says "{text}"'}
    return report


@STEADY
@given(text=HOSTILE, path=PATHS)
def test_no_page_is_broken(report: dict[str, Any], tmp_path: Path, text: str, path: list[bytes]) -> None:
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(made_of(report, text)))
    found = read(file)
    place = os.fsdecode(b"x" + b"".join(path))

    stream = io.StringIO()
    show(found, Path(place), console(stream))
    assert not acts(stream.getvalue())

    suite = ET.fromstring(junit({place: found}).encode("utf-8"))[0]
    assert len(suite.findall("testcase[@name]")) >= len(found["requirements"])

    page = results_page({place: found})
    assert not acts(page)
    assert structure(page) == structure(results_page({"x": escaped_json(made_of(report, "plain"))}))

    assert not acts("".join(strings(in_short(found))))

    shown = fingerprint_page(Fingerprint(escaped(text), escaped(text), {}))
    assert not acts(shown)


def structure(page: str) -> list[str]:
    """What a page in Markdown is made of, words apart: no text may add to it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    inline = (child.type for token in tokens for child in token.children or ())
    return [token.type for token in tokens] + [
        kind for kind in inline if kind not in ("text", "softbreak", "text_special")
    ]


@STEADY
@given(HOSTILE)
def test_what_was_read_can_be_written(report: dict[str, Any], text: str) -> None:
    whole = escaped_json(made_of(report, text))
    assert json.loads(json.dumps(whole, ensure_ascii=False).encode("utf-8")) == whole


NAMES = [
    *("a|b", "a\\|b", "a\\", "a`b`", "<script>x</script>", "a>b", "a\nb", "&lt;", "_a_ b_c_", "*a*", "**a**", "~~x~~"),
    *("[x](y)", "x](y)", "![x](y)", "# a", "- a", "1. a", "> a", "$x$"),
]


@pytest.mark.parametrize("text", NAMES)
def test_a_name_reads_in_markdown_as_it_is(report: dict[str, Any], text: str) -> None:
    report["implementation"]["name"] = text
    page = results_page({"x.json": report})
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    lines = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]
    name = f"{' '.join(text.split())} 1.0 (fast=1)"
    assert name in lines  # the cell
    assert f"{name}, profile forward" in lines  # the heading
    report["implementation"]["name"] = "plain"
    assert structure(page) == structure(results_page({"x.json": report}))
