"""Reports as files: the schema, the partial file, and what `summary` and `verify` say of files that are no reports."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.report.validation import fault_of, schema
from on_json import assemble


def invoke(*arguments: Path | str) -> Result:
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


@pytest.fixture
def file(report: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "out.json"
    path.write_text(json.dumps(report))
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    report = json.loads(path.read_text())
    change(report)
    path.write_text(json.dumps(report))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_what_is_assembled_validates(report: dict[str, Any]) -> None:
    assert fault_of(report) is None


def objects(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    if isinstance(value, dict):
        yield place
        for key, inner in value.items():
            yield from objects(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from objects(inner, (*place, number))


def test_an_unknown_key_is_allowed_only_where_names_are_free(report: dict[str, Any]) -> None:
    free = {("implementation", "environment"), ("environment", "packages")}
    for place in objects(report):
        changed = copy.deepcopy(report)
        target: Any = changed
        for key in place:
            target = target[key]
        target["surprise"] = "text"
        assert (fault_of(changed) is None) == (place in free), place


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda r: r.pop("complete"), "the whole: 'complete' is a required property"),
        (
            lambda r: r["run"].update(effort="hasty"),
            "run.effort: 'hasty' is not one of ['quick', 'standard', 'thorough']",
        ),
        (lambda r: r["spec"].update(digest="1234"), "spec.digest: '1234' does not match"),
        (lambda r: r["requirements"][0].update(cases=-1), "requirements[0].cases: -1 is less than the minimum of 0"),
        (lambda r: r["requirements"][0].update(verdict="skip"), "requirements[0].verdict: 'skip' is not one of"),
        (lambda r: r["requirements"][2].update(failure=r["requirements"][0]["failure"]), "requirements[2].failure: "),
        (lambda r: r["requirements"][0].update(failure=None), "requirements[0].failure: None is not of type 'object'"),
        (lambda r: r.update(judged_cases=2.0), "judged_cases: must be a whole number, and is a number with a point"),
        (
            lambda r: r["requirements"][0].update(cases=25.0),
            "requirements[0].cases: must be a whole number, and is a number with a point",
        ),
        (
            lambda r: r.update(fingerprint={"name": "a", "version": "b", "dtypes": {"float32": 1}}),
            "fingerprint.dtypes[...]: must be an object, and is a whole number",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(file: Path, change: Callable[[dict[str, Any]], object], fault: str) -> None:
    rewrite(file, change)
    result = invoke("summary", file)
    assert result.exit_code == 2
    assert f"does not have the form of a report: {fault}" in result.stderr
    assert invoke("verify", file).exit_code == 1


def test_summary_reads_several_reports_in_every_form(file: Path) -> None:
    assert invoke("summary", file, file).exit_code == 0
    for form, start in (("text", "mine 1.0\n"), ("markdown", "# Results\n"), ("json", "[\n"), ("junit", "<?xml ")):
        result = invoke("summary", file, "--format", form)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.output.startswith(start)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: no such file or directory"),
        (b"\xff\xfe", "is not a report: it is not text"),
        (b"{", "is not a report of conv2d-conformance: it is damaged or of another kind"),
        (b"[" * 200_000, "is not a report of conv2d-conformance: it is damaged or of another kind"),
        (b"[]", "is not a report of conv2d-conformance: it has no requirements"),
        (b'{"a": 1}', "is not a report of conv2d-conformance: it has no requirements"),
        (
            b'{"requirements": [], "requirements": 1}',
            "is not a report of conv2d-conformance: it is damaged or of another kind",
        ),
        (b'{"requirements": NaN}', "is not a report of conv2d-conformance: it is damaged or of another kind"),
    ],
)
def test_a_file_that_is_no_report_is_told_in_a_sentence(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    for command in ("summary", "verify"):
        result = invoke(command, path)
        assert result.exit_code == 2
        assert result.stderr == f"Error: {path} {sentence}\n"


def test_the_name_of_a_file_is_no_hint(tmp_path: Path) -> None:
    path = tmp_path / "a; b.json"
    result = invoke("summary", path)
    assert result.stderr == f"Error: {path} cannot be read: no such file or directory\n"


@pytest.mark.parametrize("cut", [0, 10])
def test_a_partial_file_is_read_up_to_a_cut_line(
    report_header: dict[str, Any], records: list[dict[str, Any]], tmp_path: Path, cut: int
) -> None:
    lines = [json.dumps(line) + "\n" for line in ({"header": report_header}, *records)]
    text = "".join(lines)
    path = tmp_path / "out.json.partial"
    path.write_text(text[: len(text) - cut])
    result = invoke("summary", path)
    assert (result.exit_code, result.stderr) == (0, "")
    unreached = 1 if cut else 0
    assert f"interrupted, {unreached} requirement{'' if unreached else 's'} not reached; so far" in result.output


def test_a_partial_file_without_a_whole_line_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "out.json.partial"
    path.write_text('{"header": {')
    assert "it is damaged or of another kind" in invoke("summary", path).stderr


def test_what_no_adapter_may_do_decides_whatever_the_verdicts(
    report_header: dict[str, Any], records: list[dict[str, Any]], tmp_path: Path
) -> None:
    for entry in records:
        entry.update(outcome="pass", failure=None)
    records[1]["breaches"] = ["the implementation imports conv2d_reference"]
    path = tmp_path / "out.json"
    path.write_text(json.dumps(assemble(report_header, records, complete=True)))
    headline = "not conforming: the implementation imports conv2d_reference, which no adapter may do"
    assert invoke("summary", path).output.rstrip().replace("\n", " ").endswith(headline)
