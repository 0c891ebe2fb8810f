"""Where a name leads: what is there is written to as what it is, and what cannot be written is refused before."""

import errno
import json
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conv2d_conformance.output.destination import WriteMode, find
from conv2d_conformance.output.saving import KeptElsewhere, save
from conv2d_conformance.output.unwritable import WORDS, UnwritableOutput, unwritable

TEXT = '{"a": "\u00fc"}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which has nothing in it. Temporary files go elsewhere."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / "here"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_has_the_usual_mode_and_nothing_stands_beside_it(folder: Path) -> None:
    save(find("out.json"), TEXT)
    (folder / "usual").touch()
    assert (folder / "out.json").read_text(encoding="utf-8") == TEXT
    assert (folder / "out.json").stat().st_mode == (folder / "usual").stat().st_mode
    assert names(folder) == ["out.json", "usual"]


def test_an_old_file_is_replaced_as_a_whole_and_keeps_its_mode(folder: Path) -> None:
    old = folder / "out.json"
    old.write_text("before")
    old.chmod(0o640)
    with old.open() as reader:
        save(find("out.json"), TEXT)
        assert reader.read() == "before"
    assert old.read_text(encoding="utf-8") == TEXT
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


@pytest.mark.parametrize("is_there", [True, False])
def test_a_symbolic_link_stays_one_and_what_it_leads_to_is_written(folder: Path, is_there: bool) -> None:
    (folder / "far").mkdir()
    if is_there:
        (folder / "far" / "real.json").write_text("before")
    (folder / "link").symlink_to("far/real.json")
    to = find("link")
    assert not to.path.is_symlink()
    save(to, TEXT)
    assert os.readlink(folder / "link") == "far/real.json"
    assert (folder / "far" / "real.json").read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("before", ["", "before " * 99])
def test_a_file_with_two_names_keeps_both(folder: Path, before: str) -> None:
    (folder / "one").write_text(before)
    os.link("one", "two")
    to = find("two")
    assert to.form is WriteMode.IN_PLACE
    save(to, TEXT)
    assert (folder / "one").read_text(encoding="utf-8") == TEXT
    assert (folder / "one").samefile("two")


def test_a_pipe_stays_a_pipe_and_its_reader_gets_the_text(folder: Path) -> None:
    os.mkfifo("pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append((folder / "pipe").read_text(encoding="utf-8")))
    reader.start()
    save(find("pipe"), TEXT)
    reader.join()
    assert got == [TEXT]
    assert (folder / "pipe").is_fifo()


def test_a_pipe_that_nobody_reads_yet_is_waited_for_aloud(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("pipe")
    got, told = [], []
    reader = threading.Thread(target=lambda: got.append((folder / "pipe").read_text(encoding="utf-8")))

    def tell(sentence: str, **_: Any) -> None:
        told.append(sentence)
        reader.start()

    monkeypatch.setattr("builtins.print", tell)
    save(find("pipe"), TEXT)
    reader.join()
    assert (got, told) == ([TEXT], ["waiting for a reader of pipe"])


@pytest.mark.parametrize("name", ["/dev/null", "link"])
def test_a_device_is_never_replaced(folder: Path, name: str) -> None:
    (folder / "link").symlink_to("/dev/null")
    save(find(name), TEXT)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert names(folder) == ["link"]


@pytest.mark.parametrize(("number", "form"), [(1, WriteMode.STANDARD_OUTPUT), (2, WriteMode.DESCRIPTOR)])
def test_a_file_that_is_open_as_a_standard_stream_is_written_through_it(
    folder: Path, number: int, form: WriteMode
) -> None:
    kept = os.dup(number)
    with (folder / "log").open("w") as log:
        os.dup2(log.fileno(), number)
    try:
        os.write(number, b"before, ")
        to = find("log")
        if form is WriteMode.DESCRIPTOR:
            save(to, "and after")
    finally:
        os.dup2(kept, number)
        os.close(kept)
    assert to.form is form
    assert (folder / "log").read_text() == ("before, and after" if form is WriteMode.DESCRIPTOR else "before, ")


def test_a_dash_is_standard_output(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert find("-").is_standard_output
    save(find("-"), TEXT)
    assert capfd.readouterr().out == TEXT
    assert names(folder) == []
    save(find("./-"), TEXT)
    assert names(folder) == ["-"]


def test_a_folder_that_is_changed_meanwhile_changes_no_destination(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = find("out.json")
    monkeypatch.chdir(tmp_path)
    save(to, TEXT)
    assert names(folder) == ["out.json"]


REFUSED = {
    "": "an empty name names no file",
    "a\0b": "a name with a NUL in it names no file",
    ".": ". cannot be written: it is a folder",
    "no/": "no/ cannot be written: it is a folder",
    "no/x.json": "no/x.json cannot be written: there is no folder no",
    "no/such/x.json": "no/such/x.json cannot be written: there is no folder no",
    "file/x.json": "file/x.json cannot be written: file is a file and no folder",
    "circle": "circle cannot be written: its links lead in a circle",
    "socket": "socket cannot be written: it is a socket, or a device that is not there",
    256 * "a": f"{256 * 'a'} cannot be written: a name of 256 bytes is too long, 255 are allowed",
    3000 * "a/": f"{3000 * 'a/'} cannot be written: a path of 5999 bytes is too long",
    "/proc/x.json": "/proc/x.json cannot be written: no file can be made in /proc",
}


@pytest.mark.parametrize(("name", "sentence"), REFUSED.items(), ids=[said[-40:] for said in REFUSED.values()])
def test_what_cannot_be_written_is_refused_before_the_work(folder: Path, name: str, sentence: str) -> None:
    (folder / "file").touch()
    (folder / "circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        before = names(folder)
        with pytest.raises(UnwritableOutput) as refusal:
            find(name, option="--plot")
    assert (refusal.value.sentence, refusal.value.status) == (sentence, 2)
    assert "--plot FILE" in refusal.value.hint
    assert names(folder) == before


def test_a_current_folder_that_is_gone_is_told(folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(UnwritableOutput, match=r"x\.json cannot be written: the current folder is gone"):
        find("x.json")


def test_a_disk_is_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stat, "S_ISBLK", lambda mode: stat.S_ISREG(mode))
    (folder / "disk").write_text("all of it")
    with pytest.raises(UnwritableOutput, match="disk is a disk and not a file"):
        find("disk")
    assert (folder / "disk").read_text() == "all of it"


def test_a_protected_file_is_refused_and_so_is_a_full_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fill: Callable[[Path], None]
) -> None:
    (folder / "out.json").write_text("before")
    fill(folder)
    with pytest.raises(UnwritableOutput, match="no space is left on its device") as full:
        find("out.json")
    assert full.value.status == 3
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may do anything
    with pytest.raises(UnwritableOutput, match=r"out\.json cannot be written: that is not permitted"):
        find("out.json")
    assert names(folder) == ["out.json"]


@pytest.mark.parametrize("number", WORDS)
def test_every_reason_is_told_with_what_helps(tmp_path: Path, number: int) -> None:
    refusal = unwritable("x", tmp_path / "x", OSError(number, os.strerror(number)), option="--output")
    assert refusal.sentence == f"x cannot be written: {WORDS[number][0]}"
    assert refusal.hint.endswith("name another file with --output FILE")
    assert refusal.status in (2, 3)


def test_an_unknown_reason_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    refusal = unwritable("x", tmp_path / "x", OSError(errno.ESTALE, "Stale file handle"), option="--output")
    assert refusal.sentence == "x cannot be written: stale file handle"


# ---- after the work -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_two_names", [False, True])
def test_on_a_full_disk_the_old_text_stands_and_the_new_one_is_kept_elsewhere(
    folder: Path, fill: Callable[[Path], None], has_two_names: bool
) -> None:
    (folder / "out.json").write_text("before")
    if has_two_names:
        os.link("out.json", "too")
    to, before = find("out.json"), names(folder)
    fill(folder)
    with pytest.raises(KeptElsewhere) as kept:
        save(to, TEXT)
    place = kept.value.place
    assert place is not None
    assert place.suffix == ".json"
    assert place.read_text(encoding="utf-8") == TEXT
    assert kept.value.sentence == "out.json could not be written: no space is left on its device"
    assert (kept.value.hint, kept.value.status) == (f"it was kept in {place}", 3)
    assert (folder / "out.json").read_text() == "before"
    assert names(folder) == before


def test_a_folder_that_was_deleted_costs_nothing(folder: Path) -> None:
    (folder / "sub").mkdir()
    to = find("sub/out.json")
    (folder / "sub").rmdir()
    with pytest.raises(KeptElsewhere, match=r"sub/out\.json could not be written: there is no folder") as kept:
        save(to, TEXT)
    assert kept.value.place is not None
    assert kept.value.place.read_text(encoding="utf-8") == TEXT


def test_where_no_folder_takes_it_the_text_is_printed(
    folder: Path, fill: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    to = find("out.json")
    fill(folder)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(KeptElsewhere) as kept:
        save(to, TEXT)
    assert kept.value.place is None
    assert kept.value.hint == "no folder for temporary files could take it, so that it was printed"
    assert capfd.readouterr().out == TEXT
    assert names(folder) == []


@pytest.mark.usefixtures("folder")
def test_a_device_that_is_full_is_no_end() -> None:
    with pytest.raises(KeptElsewhere, match="/dev/full could not be written: no space is left on its device") as kept:
        save(find("/dev/full"), TEXT)
    assert kept.value.place is not None
    assert kept.value.place.read_text(encoding="utf-8") == TEXT


def test_two_that_write_one_file_at_a_time_are_in_nobodys_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = find("out.json"), find("out.json")
    put = os.replace

    def meanwhile(*arguments: Path) -> None:
        monkeypatch.setattr(os, "replace", put)
        save(second, "second")
        put(*arguments)

    monkeypatch.setattr(os, "replace", meanwhile)
    save(first, "first")
    assert (folder / "out.json").read_text() == "first"
    assert names(folder) == ["out.json"]


def test_an_interrupt_leaves_the_old_text_and_nothing_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "out.json").write_text("before")
    to = find("out.json")

    def interrupt(*_: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(to, TEXT)
    assert (folder / "out.json").read_text() == "before"
    assert names(folder) == ["out.json"]


def test_a_lone_surrogate_is_written_as_json_escapes_it(folder: Path) -> None:
    data = {"message": "bad \udcff name", "other": "\U0001f600"}
    save(find("out.json"), json.dumps(data, ensure_ascii=False))
    assert json.loads((folder / "out.json").read_text(encoding="utf-8")) == data
