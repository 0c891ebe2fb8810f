"""Blocks of Markdown for an issue tracker: what they say, where they lead, and that no text leaves its place."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from markdown_it import MarkdownIt

from conv2d_conformance import spec
from conv2d_conformance.cli.issue_block import LONGEST_SCRIPT, fence
from conv2d_conformance.site import addresses

EDITION = spec.load().edition
SITE = "https://example.org/conv2d"
CASE = "n1c2h3w3 m2k2x2 s1x1 p0x0 d1x1 g1 bias float32 normal:3"
LAYER = "init c6m10k3 seed:0"
IDEAL = "conv2d_conformance.initialisation.ideal:adapter"

HOSTILE = """
from conv2d_conformance import Adapter

TEXT = "``````\\n```\\n# title\\n<script>x</script> <!-- | a | b |\\n~~~~\\n@somebody #1 ](https://evil.example) `"


def conv2d(*_, **__):
    raise RuntimeError(TEXT)


adapter = Adapter(name=TEXT, version=TEXT, description=TEXT, conv2d=conv2d, composed={"bias": "a" + TEXT})
"""


def structure(page: str) -> list[str]:
    """What the parts of a page are, whatever they say."""
    return [token.type for token in MarkdownIt("commonmark").enable("table").parse(page)]


def fences(page: str) -> list[str]:
    return [token.content for token in MarkdownIt("commonmark").parse(page) if token.type == "fence"]


def told(page: str) -> dict[str, str]:
    """The facts by their labels."""
    return dict(re.split(r"\s\s+", line, maxsplit=1) for line in fences(page)[0].splitlines())


def replayed(invoke: Callable[..., Result], case: str, target: str, *more: str) -> str:
    return invoke("replay", case, target, "--format", "issue", "--isolation", "none", *more).stdout


def test_a_wrong_answer_is_told_whole(invoke: Callable[..., Result]) -> None:
    here = ("no_bias.py:conv2d", "--isolation", "none")
    result = invoke("replay", CASE, *here, "--format", "issue", "--site", SITE)
    assert (result.exit_code, result.stderr) == (1, "")
    page = result.stdout
    assert page.startswith("### conv2d-conformance: a wrong answer\n")
    found = told(page)
    assert found["case"] == CASE
    assert found["call"].startswith("conv2d(input, weight, bias, stride=(1, 1), ")
    assert found["looks like"] == "your output equals a conv2d without its bias"
    assert found["implementation"].startswith("no_bias.py:conv2d ")
    assert f"specification edition {EDITION} ({spec.load().digest[:12]})" in found["suite"]
    assert f"]({SITE}/{addresses.requirement(EDITION, 'bias.added')})" in page
    assert fences(page)[1] == invoke("replay", CASE, *here, "--script").stdout
    # Whoever copies the command gets the same block.
    assert found["replay"] == shlex.join(["conv2d-conformance", "replay", CASE, *here])


def test_all_that_is_allowed_at_the_wrong_element_is_told(invoke: Callable[..., Result]) -> None:
    found = told(replayed(invoke, CASE, "no_bias.py:conv2d"))
    element = found["got"].partition(" at ")[2].partition(";")[0]
    indices = [int(number) for number in re.findall(r"\d+", element)]
    law = json.loads(invoke("reference", CASE, "--format", "json").stdout)["output"]
    numbers = []
    for name in ("lowest", "highest"):
        value = law[name]
        for index in indices:
            value = value[index]
        numbers.append(value)
    lowest, highest = numbers
    assert lowest < highest
    assert found["allowed"].startswith(f"{element} from {lowest} to {highest}, exactly ")


@pytest.mark.parametrize(
    ("case", "allowed"),
    [
        ("n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1", "y[0,0,0,0] = 1"),
        ("n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=nan", "y[0,0,0,0] = nan"),
    ],
)
def test_the_one_right_answer_is_told(invoke: Callable[..., Result], case: str, allowed: str) -> None:
    assert told(replayed(invoke, case, "no_bias.py:conv2d"))["allowed"] == allowed


def test_a_right_answer_is_told_as_such(invoke: Callable[..., Result]) -> None:
    result = invoke("replay", CASE, "right.py:conv2d", "--format", "issue", "--isolation", "none")
    assert result.exit_code == 0
    assert result.stdout.startswith("### conv2d-conformance: a right answer\n")
    assert told(result.stdout)["got"] == "what is required"
    assert (
        f"conv2d-conformance spec edition {EDITION} (`{addresses.specification(EDITION)}` of the site)" in result.stdout
    )


def test_calls_that_belong_to_the_case_are_in_the_command(invoke: Callable[..., Result]) -> None:
    page = replayed(invoke, CASE, "no_bias.py:conv2d", "--after", "n1c1h1w1 m1k1", "--times", "2")
    command = shlex.split(told(page)["replay"])
    assert command[4:] == ["--after", "n1c1h1w1 m1k1", "--times", "2", "--isolation", "none"]


def test_a_reproducer_that_does_not_show_what_was_seen_says_so(invoke: Callable[..., Result], folder: Path) -> None:
    right = (folder / "right.py").read_text()
    (folder / "writes.py").write_text(right.replace("    return y", "    input *= 2\n    return y"))
    page = replayed(invoke, CASE, "writes.py:conv2d")
    assert page.startswith("### conv2d-conformance: a wrong answer\n")
    assert "The same without the suite" not in page
    assert "It looks at the answer alone, not at what else was seen:" in page


def test_a_reproducer_of_a_later_answer_says_so(invoke: Callable[..., Result], folder: Path) -> None:
    right = (folder / "right.py").read_text()
    (folder / "second.py").write_text(
        right.replace("    return y", "    calls.append(1)\n    return y * 0 if len(calls) == 2 else y")
        + "\n\ncalls = []\n"
    )
    page = replayed(invoke, CASE, "second.py:conv2d", "--times", "3")
    assert "The same without the suite" not in page
    assert "It calls once; the answer above is that to the call number 2:" in page


def test_why_there_is_no_reproducer_is_told(invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conv2d_conformance.cli.issue_block.LONGEST_SCRIPT", 100)
    page = replayed(invoke, CASE, "no_bias.py:conv2d")
    assert re.search(r"The reproducer, which `replay --script` prints, has \d+ characters and is left out\.", page)
    assert len(fences(page)) == 1
    assert LONGEST_SCRIPT > 10_000


@pytest.mark.parametrize(
    ("words", "title", "requirement"),
    [
        (("explain", "padding.same-extra-at-end"), "padding.same-extra-at-end", "padding.same-extra-at-end"),
        (("explain", "padding-mode.reflect", "--size", "5", "--padding", "2,3"), "padding-mode.reflect", None),
        (("explain", "A-tc"), "the accuracy class A-tc", "numerics.grade"),
        (("reference", CASE), "the right answer of a case", ""),
        (("reference", "n1c1h1w1 m1k3x3"), "the right answer of a case", ""),
        (("reference", LAYER), "the right answer of a case", ""),
        (("replay", LAYER, IDEAL, "--isolation", "none"), "a right answer", ""),
    ],
)
def test_every_page_is_a_block_that_leads_to_its_edition(
    invoke: Callable[..., Result], words: tuple[str, ...], title: str, requirement: str | None
) -> None:
    requirement = title if requirement is None else requirement
    place = addresses.requirement(EDITION, requirement) if requirement else addresses.specification(EDITION)
    with_site, without = (invoke(*words, "--format", "issue", *more).stdout for more in (("--site", f"{SITE}/"), ()))
    assert with_site.startswith(f"### conv2d-conformance: {title}\n\n")
    assert f"]({SITE}/{place})" in with_site
    assert f"(`{place}` of the site)" in without
    assert "specification edition " in fences(without)[0]
    for page in (with_site, without):
        assert page.endswith("\n")
        assert structure(page)[:3] == ["heading_open", "inline", "heading_close"]
        assert not {"html_block", "table_open", "bullet_list_open"} & {*structure(page)}


def test_no_text_of_others_leaves_its_place(invoke: Callable[..., Result], folder: Path) -> None:
    (folder / "plain.py").write_text(re.sub('TEXT = ".*"', 'TEXT = "plain"', HOSTILE))
    (folder / "hostile `` x.py").write_text(HOSTILE)
    plain = replayed(invoke, CASE, "plain.py:adapter")
    page = replayed(invoke, CASE, "hostile `` x.py:adapter")
    assert structure(page) == structure(plain)
    outside = page
    for content in fences(page):
        outside = outside.replace(content, "")
    for text in ("evil", "somebody", "script>", "#1"):
        assert text in fences(page)[0]
        assert text not in outside
    assert all(line.split(maxsplit=1)[0].isalpha() for line in fences(page)[0].splitlines())


@pytest.mark.parametrize("text", ["", "`", "```", "a ```` b\n`````\n", "~~~\n```text"])
def test_a_fence_holds_whatever_stands_in_it(text: str) -> None:
    assert fences(fence(text)) == [f"{text.rstrip()}\n"]
    assert structure(fence(text)) == ["fence"]


def test_a_site_is_for_a_block_alone(invoke: Callable[..., Result]) -> None:
    for words in (("explain", "bias.added"), ("explain", "A"), ("reference", LAYER), ("replay", CASE, "no.py:conv2d")):
        result = invoke(*words, "--site", SITE)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == "Error: --site is for --format issue\nHint: add --format issue, or leave out --site\n"


@pytest.mark.parametrize("url", ["example.org", "javascript:alert(1)", "https://a b", "https://a)[x](y", "https://a\n"])
def test_an_address_that_is_none_is_refused(invoke: Callable[..., Result], url: str) -> None:
    result = invoke("explain", "bias.added", "--format", "issue", "--site", url)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --site is the address of a site, not ")
