"""A report on disk: kept from the first record on, published whole, and never in the place of more."""

import contextlib
import copy
import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

import on_json
from conv2d_conformance.output import file_lock
from conv2d_conformance.output.destination import find
from conv2d_conformance.output.unwritable import UnwritableOutput
from conv2d_conformance.report import writing
from conv2d_conformance.report.kind import Kind
from conv2d_conformance.report.writing import ReportElsewhere, ReportFile
from on_json import assemble, read

NAME = "out.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder. Temporary files go elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("temporary")))
    return tmp_path


@pytest.fixture
def kind(report: dict[str, Any]) -> Kind:
    return Kind.of(on_json.report_of(report).run)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class File(ReportFile):
    """Is given JSON."""

    def begin(self, header: dict[str, Any]) -> None:  # type: ignore[override]  # of which it makes a header
        super().begin(on_json.header_of(header))

    def append(self, record: dict[str, Any]) -> None:  # type: ignore[override]  # the same
        super().append(on_json.record_of(record))

    def publish(self, report: dict[str, Any]) -> None:  # type: ignore[override]  # the same
        super().publish(on_json.report_of(report))

    def place(self, report: dict[str, Any]) -> Path:  # type: ignore[override]  # the same
        return super().place(on_json.report_of(report))


def opened(kind: Kind, name: str = NAME) -> File:
    return File(find(name), kind)


def write(file: File, report_header: dict[str, Any], records: list[dict[str, Any]]) -> None:
    file.begin(report_header)
    for record in records:
        file.append(record)


def of_seed(report: dict[str, Any], seed: int) -> dict[str, Any]:
    other = copy.deepcopy(report)
    other["run"]["seed"] = seed
    return other


def test_a_run_to_its_end_leaves_the_report_alone(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], report: dict[str, Any]
) -> None:
    with opened(kind) as file:
        write(file, report_header, records)
        assert names(folder) == ["out.json.partial"]
        file.publish(report)
        assert str(file.place(report)) == NAME
    assert names(folder) == [NAME]
    assert read(folder / NAME) == report


def test_an_interrupted_run_stays_partial_and_the_report_before_it_stands(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], report: dict[str, Any]
) -> None:
    (folder / NAME).write_text(json.dumps(report))
    cut_short = assemble(report_header, records[:2], complete=False)
    with opened(kind) as file:
        write(file, report_header, records[:2])
        file.publish(cut_short)
        assert str(file.place(cut_short)) == "out.json.partial"
    assert read(folder / NAME) == report
    assert read(folder / "out.json.partial") == cut_short


def test_an_interrupted_run_is_put_aside_by_the_next_and_gives_way_to_one_of_its_kind(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], report: dict[str, Any]
) -> None:
    for number in (3, 2, 1):
        with opened(kind) as file:
            write(file, report_header, records[:number])
    assert names(folder) == ["out.json.1.partial", "out.json.2.partial", "out.json.partial"]
    of_another = {**report_header, "run": {**report_header["run"], "seed": 9}}
    (folder / "out.json.3.partial").write_text(json.dumps({"header": of_another}) + "\n")
    (folder / "out.json.4.partial").write_text("something else\n")
    with opened(kind) as file:
        write(file, report_header, records)
        assert "out.json.5.partial" in names(folder)
        file.publish(report)
    assert names(folder) == [NAME, "out.json.3.partial", "out.json.4.partial"]


def test_a_run_that_found_nothing_leaves_nothing(folder: Path, kind: Kind, report_header: dict[str, Any]) -> None:
    with opened(kind):
        pass
    with opened(kind) as file:
        file.begin(report_header)
        assert file.kept is None
    assert names(folder) == []


def test_what_was_found_before_an_unforeseen_end_is_kept(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    with contextlib.suppress(ZeroDivisionError), opened(kind) as file:
        write(file, report_header, records[:1])
        assert str(file.kept) == "out.json.partial"
        raise ZeroDivisionError
    assert read(folder / "out.json.partial") == assemble(report_header, records[:1], complete=False)


# ---- what may not be replaced --------------------------------------------------------------------------------------


@pytest.mark.parametrize("complete", [True, False])
def test_a_report_of_another_kind_is_refused_before_the_run(
    folder: Path, kind: Kind, report: dict[str, Any], complete: bool
) -> None:
    text = json.dumps({**of_seed(report, 7), "complete": complete})
    (folder / NAME).write_text(text)
    with pytest.raises(UnwritableOutput) as refusal:
        opened(kind)
    assert refusal.value.sentence == "out.json has the report of another run: its seed is 7, not 0"
    assert refusal.value.hint == "name another file with --output FILE, or remove that one"
    assert refusal.value.status == 2
    assert names(folder) == [NAME]
    assert (folder / NAME).read_text() == text


@pytest.mark.parametrize("text", ["import torch\n", "[1]", "{}", '{"run": {"target": "torch"}}', 2000 * "["])
def test_what_is_no_report_is_refused(folder: Path, kind: Kind, text: str) -> None:
    (folder / NAME).write_text(text)
    with pytest.raises(UnwritableOutput, match=r"out\.json is there and is no report of conv2d-conformance"):
        opened(kind)
    assert (folder / NAME).read_text() == text
    assert names(folder) == [NAME]


def test_an_empty_file_and_one_of_the_same_kind_give_way(
    folder: Path, kind: Kind, report_header: dict[str, Any], report: dict[str, Any]
) -> None:
    for before in ("", json.dumps({**report, "complete": False}), json.dumps(report)):
        (folder / NAME).write_text(before)
        with opened(kind) as file:
            file.begin(report_header)
            file.publish(report)
        assert read(folder / NAME) == report
        assert names(folder) == [NAME]


def test_a_report_of_another_kind_that_appears_during_the_run_stands(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], report: dict[str, Any]
) -> None:
    with opened(kind) as file:
        write(file, report_header, records)
        (folder / NAME).write_text(json.dumps(of_seed(report, 7)))
        with pytest.raises(ReportElsewhere) as elsewhere:
            file.publish(report)
    reason = elsewhere.value.reason
    assert reason.sentence == (
        "out.json could not be written: out.json has the report of another run: its seed is 7, not 0"
    )
    assert read(folder / NAME)["run"]["seed"] == 7
    assert reason.place is not None
    assert read(reason.place) == on_json.plain(elsewhere.value.report) == report


# ---- two runs at a time --------------------------------------------------------------------------------------------


def test_a_second_run_into_one_file_is_refused_while_the_first_lasts(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], report: dict[str, Any]
) -> None:
    (folder / "link").symlink_to(NAME)
    with opened(kind) as file:
        write(file, report_header, records)
        for name in (NAME, "link", str(folder / NAME)):
            with pytest.raises(UnwritableOutput) as refusal:
                opened(kind, name)
            assert refusal.value.sentence == f"another run writes its report to {name}"
            assert refusal.value.hint == "wait for its end, or name another file with --output FILE"
        file.publish(report)
    assert read(folder / NAME) == report
    with opened(kind) as file:
        assert names(folder) == ["link", NAME, "out.json.partial"]


KILLED = """
import os, signal
from conv2d_conformance.output.file_lock import claim
from pathlib import Path

descriptor = claim(Path("out.json.partial"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_was_killed_stands_in_nobodys_way(folder: Path, kind: Kind) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=folder, check=False)
    assert done.returncode == -signal.SIGKILL
    assert names(folder) == ["out.json.partial"]
    with opened(kind):
        pass
    assert names(folder) == []


def test_a_claim_of_a_file_that_is_removed_in_that_moment_is_of_the_next_one(
    folder: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run before ends between the opening of its partial file and the claim."""
    locked = file_lock._lock
    ends = iter([True, False])

    def lock(descriptor: int) -> None:
        if next(ends):
            (folder / "out.json.partial").unlink()
        locked(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(file_lock, "_lock", lock)
        first = opened(kind)
    with first, pytest.raises(UnwritableOutput, match="another run"):
        opened(kind)


def test_a_file_system_without_locks_is_no_reason_to_stop(
    kind: Kind, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def no_locks(*_: int) -> NoReturn:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with opened(kind) as file:
        file.publish(report)
    assert read(folder / NAME) == report


# ---- what goes wrong during the run --------------------------------------------------------------------------------


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Call it, and no record can be written any more."""

    def start() -> None:
        def write_all(*_: bytes | int) -> NoReturn:
            raise OSError(errno.ENOSPC, "no space left on device")

        monkeypatch.setattr(writing, "write_all", write_all)

    return start


def test_a_disk_that_is_full_from_the_start_is_told_before_the_first_check(
    folder: Path, kind: Kind, report_header: dict[str, Any], full: Callable[..., Any]
) -> None:
    full()
    with opened(kind) as file, pytest.raises(UnwritableOutput) as refusal:
        file.begin(report_header)
    assert refusal.value.sentence == "out.json cannot be written: no space is left on its device"
    assert refusal.value.hint == "make some, or name another file with --output FILE"
    assert refusal.value.status == 3
    assert names(folder) == []


def test_a_disk_that_is_full_for_some_time_costs_nothing(
    folder: Path,
    kind: Kind,
    report_header: dict[str, Any],
    records: list[dict[str, Any]],
    report: dict[str, Any],
    full: Callable[..., Any],
) -> None:
    with opened(kind) as file:
        write(file, report_header, records[:1])
        full()
        file.append(records[1])
        file.publish(report)
    assert read(folder / NAME) == report
    assert names(folder) == [NAME]


def test_an_interrupted_run_on_a_full_disk_is_kept_elsewhere(
    kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], full: Callable[..., Any]
) -> None:
    cut_short = assemble(report_header, records[:2], complete=False)
    with opened(kind) as file:
        write(file, report_header, records[:1])
        full()
        file.append(records[1])
        with pytest.raises(ReportElsewhere) as elsewhere:
            file.publish(cut_short)
    place = elsewhere.value.reason.place
    assert place is not None
    assert read(place) == cut_short


@pytest.mark.parametrize("complete", [True, False])
def test_a_folder_that_is_deleted_during_the_run_costs_nothing(
    folder: Path, kind: Kind, report_header: dict[str, Any], records: list[dict[str, Any]], complete: bool
) -> None:
    (folder / "sub").mkdir()
    found = assemble(report_header, records, complete=complete)
    with opened(kind, "sub/out.json") as file:
        write(file, report_header, records)
        (folder / "sub" / "out.json.partial").unlink()
        (folder / "sub").rmdir()
        with pytest.raises(ReportElsewhere) as elsewhere:
            file.publish(found)
    place = elsewhere.value.reason.place
    assert place is not None
    assert read(place) == found


@pytest.mark.parametrize(
    ("make", "reason"),
    [(os.mkdir, "it is a folder"), (os.mkfifo, "it is in the way, and no regular file")],
)
def test_what_is_in_the_way_of_the_partial_file_is_told(
    folder: Path, kind: Kind, make: Callable[..., Any], reason: str
) -> None:
    make("out.json.partial")
    with pytest.raises(UnwritableOutput, match=f"until the end, cannot be written: {reason}"):
        opened(kind)
    assert names(folder) == ["out.json.partial"]


# ---- what is no file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("complete", [True, False])
def test_standard_output_gets_the_report_interrupted_or_not(
    folder: Path,
    kind: Kind,
    report_header: dict[str, Any],
    records: list[dict[str, Any]],
    complete: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = assemble(report_header, records, complete=complete)
    with opened(kind, "-") as file:
        write(file, report_header, records)
        file.publish(found)
        assert str(file.place(found)) == "standard output"
    assert json.loads(capfd.readouterr().out) == found
    assert names(folder) == []


def test_both_names_of_a_file_have_the_new_report(
    folder: Path, kind: Kind, report_header: dict[str, Any], report: dict[str, Any]
) -> None:
    (folder / NAME).write_text(json.dumps(report))
    os.link(NAME, "kept.json")
    changed = {**report, "breaches": ["x"]}
    with opened(kind, "kept.json") as file:
        file.begin(report_header)
        file.publish(changed)
    assert read(folder / NAME) == changed
    assert (folder / NAME).samefile("kept.json")
    assert names(folder) == ["kept.json", NAME]


def test_the_device_that_is_always_full_loses_no_report(
    kind: Kind, report_header: dict[str, Any], report: dict[str, Any]
) -> None:
    with opened(kind, "/dev/full") as file:
        file.begin(report_header)
        with pytest.raises(ReportElsewhere) as elsewhere:
            file.publish(report)
    place = elsewhere.value.reason.place
    assert place is not None
    assert read(place) == report
