"""Where a declared failure is to be expected."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import conv2d_adapters
from conv2d_conformance import spec
from conv2d_conformance.cli import program
from conv2d_conformance.cli.deviations import read_deviations
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.report.deviations import (
    Conditions,
    Deviation,
    Surroundings,
    by_requirement,
    in_force,
    processor_flags,
)
from conv2d_conformance.report.reading import read

DEVIATION = Deviation("bias.added", "known", "https://example.org/1")
HERE = Surroundings(
    processor=frozenset({"avx2", "avx512f"}),
    version="2.13.0+cpu",
    platform="linux-x86_64",
    options=frozenset({"threads=2", "onednn=off"}),
    today=date(2027, 6, 30),
)
ADAPTERS = Path(conv2d_adapters.__file__).parent
SHIPPED = sorted(ADAPTERS.rglob("*.deviations.toml"))
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        (Conditions(), True),
        (Conditions(processor=("avx512f",)), True),
        (Conditions(processor=("avx512f", "avx2")), True),
        (Conditions(processor=("avx512f", "avx512_bf16")), False),
        (Conditions(version=">=2.13,<2.14"), True),
        (Conditions(version=">=2.14"), False),
        (Conditions(platform="linux-*"), True),
        (Conditions(platform="darwin-*"), False),
        (Conditions(options_off=("device=cuda",)), True),
        (Conditions(options_off=("device=cuda", "onednn=off")), False),
        (Conditions(options_off=("threads=*",)), False),
        (Conditions(options_off=("device=*",)), True),
        (Conditions(processor=("avx2",), version="<2"), False),
        (Conditions(expires=date(2027, 6, 30)), True),
        (Conditions(expires=date(2027, 6, 29)), False),
        (Conditions(expires=date(2027, 7, 1), version="<2"), False),
    ],
)
def test_a_deviation_is_in_force_where_all_its_conditions_hold(conditions: Conditions, holds: bool) -> None:
    here, elsewhere = in_force([(DEVIATION, conditions)], HERE)
    assert (here, elsewhere) == (((DEVIATION,), ()) if holds else ((), (DEVIATION,)))


def test_the_options_of_a_target_are_read_one_by_one() -> None:
    assert Surroundings.of("torch?threads=2&onednn=off", "1").options == {"threads=2", "onednn=off"}
    assert Surroundings.of("torch?device=cuda%3A0", "1").options == {"device=cuda:0"}


def test_the_flags_of_a_processor_are_read_as_linux_writes_them(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx2 avx512f\n\nprocessor\t: 1\nflags\t\t: fpu avx2 avx512f\n")
    assert processor_flags(cpuinfo) == {"fpu", "avx2", "avx512f"}
    cpuinfo.write_text("processor\t: 0\nFeatures\t: fp asimd\n")
    assert processor_flags(cpuinfo) == {"fp", "asimd"}
    assert processor_flags(tmp_path / "none") == frozenset()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_ships_beside_an_adapter_can_be_read_and_leads_somewhere(path: Path) -> None:
    declared = read_deviations(path)
    assert len(declared) == len(tomllib.loads(path.read_text(encoding="utf-8"))["deviation"])
    for deviation, conditions in declared:
        if not deviation.issue.startswith("https://"):
            assert (ROOT / deviation.issue).is_file()
        # A MUST that fails everywhere is a reason not to be certified, and nothing to live with quietly.
        assert conditions != Conditions() or spec.get(deviation.requirement).level != "MUST"


@pytest.mark.parametrize(
    ("finding", "flag"),
    [
        ("openvino-bfloat16-subnormals", "avx512_bf16"),
        ("openvino-one-column", "avx512f"),
        ("pytorch-bfloat16-subnormals", "avx512_bf16"),
        ("pytorch-one-channel-channels-last", "avx512f"),
        ("tensorflow-bfloat16-infinities", "avx512_bf16"),
        ("tensorflow-one-channel", "avx512f"),
    ],
)
def test_what_a_processor_alone_does_is_declared_of_that_one(finding: str, flag: str) -> None:
    """Elsewhere the requirement holds, and its deviation would be called stale."""
    issue = f"results/findings/{finding}.md"
    of_it = [conditions for path in SHIPPED for one, conditions in read_deviations(path) if one.issue == issue]
    assert of_it
    assert [conditions for conditions in of_it if flag not in conditions.processor] == []


@pytest.mark.parametrize("finding", ["bfloat16-infinities", "empty-output", "one-channel"])
def test_what_tensorflow_does_without_xla_is_not_declared_with_it(finding: str) -> None:
    declared = read_deviations(ADAPTERS / "tensorflow.deviations.toml")
    of_it = [conditions for one, conditions in declared if one.issue.endswith(f"/tensorflow-{finding}.md")]
    assert of_it
    assert [conditions for conditions in of_it if "jit=on" not in conditions.options_off] == []


def test_deviations_ship_beside_the_adapter_that_they_are_of() -> None:
    """A worker's are named after its file and, behind a hyphen, its argument."""
    names = {path: path.name.removesuffix(".deviations.toml").partition("-")[0] for path in SHIPPED}
    assert {"torch", "torch_layer"} <= set(names.values())
    for path, name in names.items():
        assert any(file.stem == name and file != path for file in path.parent.iterdir()), path


def test_the_last_day_is_read_and_one_that_is_none_is_told(tmp_path: Path) -> None:
    said = '[[deviation]]\nrequirement = "bias.added"\nreason = "known"\nissue = "https://example.org/1"\nexpires = '
    path = tmp_path / "known.toml"
    path.write_text(said + "2027-06-30\n")
    ((_, conditions),) = read_deviations(path)
    assert conditions.expires == date(2027, 6, 30)
    for wrong in ('"2027-06-30"', "2027-06-30T12:00:00", "7"):
        path.write_text(f"{said}{wrong}\n")
        with pytest.raises(Problem, match="expires must be a day"):
            read_deviations(path)


REPORT = next((ROOT / "results").glob("torch/2.13.0*/linux-x86_64-onednn=off.json"))
DECLARED = next((ROOT / "results").glob("torch/2.13.0*/linux-x86_64.json"))


def drafted(*arguments: str) -> str:
    found = CliRunner().invoke(program, ["deviations", *arguments])
    assert found.exit_code == 0, found.output
    return found.stdout


def test_deviations_from_a_report_declare_what_fails_in_it_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(drafted("--from", str(REPORT), "--issue", "https://example.org/7"))
    declared = read_deviations(path)
    failing = [entry for entry in read(REPORT).requirements if entry.verdict in ("fail", "error", "not reached")]
    assert [deviation.requirement for deviation, _ in declared] == [entry.id for entry in failing]
    kept = {deviation.requirement for deviation in read(REPORT).deviations}
    assert {one.issue for one, _ in declared if one.requirement not in kept} == {"https://example.org/7"}
    assert {conditions.version for _, conditions in declared} == {"==2.13.0+cpu"}


def test_what_is_declared_already_keeps_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(drafted("--from", str(DECLARED), "--issue", "https://example.org/7"))
    kept = {deviation.requirement: deviation for deviation in read(DECLARED).deviations}
    declared = [deviation for deviation, _ in read_deviations(path)]
    assert declared == [kept[deviation.requirement] for deviation in declared]


def test_what_a_glob_declared_is_declared_by_its_id(tmp_path: Path) -> None:
    report = json.loads(DECLARED.read_text(encoding="utf-8"))
    failing = [entry["id"] for entry in report["requirements"] if entry["verdict"] in ("fail", "error", "not reached")]
    glob = {"requirement": "special-values.*", "reason": "all of them", "issue": "https://example.org/8"}
    report["deviations"] = [glob | {"names": [name for name in failing if name.startswith("special-values.")]}]
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    (tmp_path / "known.toml").write_text(drafted("--from", str(path), "--issue", "https://example.org/7"))
    declared = [deviation for deviation, _ in read_deviations(tmp_path / "known.toml")]
    assert [deviation.requirement for deviation in declared] == failing
    known = [one.requirement for one in declared if one.issue == "https://example.org/8"]
    assert known == list(report["deviations"][0]["names"])
    assert known


def test_a_report_without_failures_needs_none() -> None:
    right = next((ROOT / "results").glob("reference-correlate/*/linux-x86_64.json"))
    assert drafted("--from", str(right), "--issue", "https://example.org/7") == "# nothing fails\n"


def test_an_issue_without_an_address_is_refused_as_in_the_file() -> None:
    found = CliRunner().invoke(program, ["deviations", "--from", str(REPORT), "--issue", "later"])
    assert found.exit_code == 2
    assert "issue must be a URL, or the path of a page (.md), not 'later'" in found.output


GLOB = '[[deviation]]\nrequirement = "{}"\nreason = "known"\nissue = "https://example.org/1"\n{}\n'


@pytest.mark.parametrize(
    "end", ["expires = 2027-06-30", 'version = "<2027"', 'version = ">=2.13,<2.14"', 'version = "==2.13.*"']
)
def test_a_glob_that_ends_names_what_it_matches(tmp_path: Path, end: str) -> None:
    path = tmp_path / "known.toml"
    path.write_text(GLOB.format("bias.a*", end))
    ((deviation, _),) = read_deviations(path)
    assert deviation.requirement == "bias.a*"
    assert deviation.declares == tuple(name for name in spec.load().requirements if name.startswith("bias.a"))
    assert len(deviation.declares) > 1


@pytest.mark.parametrize(
    ("glob", "end", "sentence"),
    [
        ("bias.a*", "", "the glob 'bias.a*' has no end"),
        ("bias.a*", 'platform = "linux-*"', "the glob 'bias.a*' has no end"),
        ("bias.a*", 'version = ">=2.13"', "the glob 'bias.a*' has no end"),
        ("bias.a*", 'version = "!=2.13"', "the glob 'bias.a*' has no end"),
        ("bias.a*", 'version = "!=9999!0"', "the glob 'bias.a*' has no end"),
        ("bias.a*", 'version = ">=2,!=2.13.*,!=99991231"', "the glob 'bias.a*' has no end"),
        ("bias.a*", 'version = "<9999!0"', "the glob 'bias.a*' has no end"),
        ("bias.a*", 'version = ">=2,<=99999999"', "the glob 'bias.a*' has no end"),
        ("*", "expires = 2027-06-30", "the glob '*' does not keep to one chapter"),
        ("bia?.added", "expires = 2027-06-30", "does not keep to one chapter"),
        ("bias*", "expires = 2027-06-30", "does not keep to one chapter"),
        ("bias.z*", "expires = 2027-06-30", "the glob 'bias.z*' matches no requirement"),
        ("biases.*", "expires = 2027-06-30", "the glob 'biases.*' matches no requirement"),
    ],
)
def test_a_net_without_an_end_or_beyond_a_chapter_or_in_vain_is_refused(
    tmp_path: Path, glob: str, end: str, sentence: str
) -> None:
    path = tmp_path / "known.toml"
    path.write_text(GLOB.format(glob, end))
    with pytest.raises(Problem, match=re.escape(sentence)) as refused:
        read_deviations(path)
    assert refused.value.hint


def test_a_requirement_has_the_reason_of_its_own_deviation_and_else_of_the_first_glob() -> None:
    globs = [
        Deviation("bias.*", "first", "https://example.org/1", ("bias.added", "bias.absent")),
        Deviation("bias.a*", "second", "https://example.org/2", ("bias.added", "bias.absent")),
    ]
    found = by_requirement([*globs, DEVIATION])
    assert {name: one.reason for name, one in found.items()} == {"bias.added": "known", "bias.absent": "first"}
