"""What may take the place of what, and the names that reports have by default."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from conv2d_conformance.report.kind import LONGEST_NAME, WORDS, Kind
from conv2d_conformance.report.kind_of_file import kind_in, kind_in_first_line

PLAIN = Kind(target="torch")
OTHERS = {
    "target": "torch?threads=2",
    "profile": "training",
    "effort": "quick",
    "seed": 7,
    "only": "padding.*",
    "isolation": "none",
    "shapes": "n1c2h3w4 m5k1x1 s1x1 p0x0 d1x1 g1 nobias",
    "only_shapes": True,
    "stop": "first",
    "shard": "2/7",
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (PLAIN, "conv2d-torch.json"),
        (replace(PLAIN, effort="quick"), "conv2d-torch-quick.json"),
        (replace(PLAIN, profile="training", seed=7), "conv2d-torch-training-seed7.json"),
        (replace(PLAIN, only="padding.*"), "conv2d-torch-only-padding.json"),
        (replace(PLAIN, shard="2/7"), "conv2d-torch-shard-2-7.json"),
        (replace(PLAIN, isolation="none"), "conv2d-torch-no-isolation.json"),
        (replace(PLAIN, shapes="n1c2h3w4 m5k1x1", only_shapes=True), "conv2d-torch-shapes-n1c2h3w4-m5k1x1-alone.json"),
        (Kind(target="right.py:conv2d"), "conv2d-right.py-conv2d.json"),
        (Kind(target="torch?threads=2&onednn=off"), "conv2d-torch-threads-2-onednn-off.json"),
        (Kind(target="../a b/c.py:f"), "conv2d-a-b-c.py-f.json"),
    ],
)
def test_the_name_tells_what_is_not_as_by_default(kind: Kind, name: str) -> None:
    assert kind.default_name() == name


def test_every_part_of_a_kind_is_in_its_name_and_in_the_words_of_a_refusal() -> None:
    assert set(OTHERS) == set(asdict(PLAIN))
    for part, value in OTHERS.items():
        change: dict[str, Any] = {part: value}
        other = replace(PLAIN, **change)
        assert other.default_name() != PLAIN.default_name()
        usual = "none" if asdict(PLAIN)[part] == "" else asdict(PLAIN)[part]
        assert PLAIN.differs_from(other) == f"its {WORDS.get(part, part)} is {value}, not {usual}"
    assert PLAIN.differs_from(replace(PLAIN)) == ""


def test_long_names_are_cut_and_stay_apart() -> None:
    long = [Kind(target=f"command:./worker {400 * letter}") for letter in ("a", "b", "\u00fc")]
    long += [replace(long[0], seed=1), Kind(target=f"command:./worker {400 * 'a'}b")]
    names = {kind.default_name() for kind in long}
    assert len(names) == len(long)
    assert all(len(name.encode()) <= LONGEST_NAME + len("-01234567.json") for name in names)


def test_a_report_says_of_what_kind_it_is(report: dict[str, Any], report_header: dict[str, Any]) -> None:
    kind = Kind(target="mine.py:conv2d?fast=1", effort="quick", only="bias.*")
    assert kind_in(json.dumps(report)) == kind_in_first_line(json.dumps({"header": report_header})) == kind


def test_another_file_has_none(report: dict[str, Any]) -> None:
    others: list[Any] = [{}, [], {**report, "suite": {"name": "another"}}, {**report, "run": {}}]
    for other in others:
        for find in (kind_in, kind_in_first_line):
            with pytest.raises(ValueError, match=r"must be|is missing|no report"):
                find(json.dumps(other))
