"""A folder of vectors: the same to the last byte whenever it is written, small enough, and described by its schema."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance import spec
from conv2d_conformance.cases.data import arrays
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cli import program
from conv2d_conformance.cli.export import OTHERS, SIZES
from conv2d_conformance.cli.schemas import schema_of
from conv2d_conformance.typed_json import from_json
from conv2d_conformance.vectors import chosen
from conv2d_conformance.vectors.check_vectors import EXACT, read_arrays
from conv2d_conformance.vectors.exporting import WITH_HEADER, export
from conv2d_conformance.vectors.index import VectorIndex
from conv2d_conformance.vectors.other_formats import WRITERS


def contents(folder: Path) -> dict[str, str]:
    """The digest of each file."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_the_same_twice_to_the_last_byte(exported: tuple[Path, VectorIndex], tmp_path: Path) -> None:
    folder, first = exported
    second = export(tmp_path / "again", "mcu")
    assert second == first
    assert contents(tmp_path / "again") == contents(folder)


def test_the_smallest_size_takes_less_than_a_megabyte(vectors: Path) -> None:
    files = [path for path in vectors.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_000_000
    names = {path.relative_to(vectors).parts[0] for path in files}
    assert names == {
        *("index.json", "vectors", "vectors.bin", "vectors.h"),
        *("check_vectors.py", "check_vectors.c", "conv2d_conformance.h"),
    }
    assert WITH_HEADER == "mcu"


def test_the_index_follows_its_schema_and_names_the_edition(exported: tuple[Path, VectorIndex]) -> None:
    folder, index = exported
    told = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, schema_of(VectorIndex))
    assert from_json(told, VectorIndex) == index
    edition = spec.load()
    assert (index.edition, index.edition_digest) == (edition.edition, edition.digest)
    assert len(index.vectors) == len(chosen.chosen("mcu"))
    found = contents(folder)
    assert index.checksums == {
        name: found[name] for name in [*(vector.file for vector in index.vectors), "vectors.bin", "vectors.h"]
    }


def test_an_archive_has_the_arrays_of_its_case_and_every_range_that_is_named(vectors: Path) -> None:
    for vector in json.loads((vectors / "index.json").read_text())["vectors"]:
        stored = read_arrays(vectors, vector)
        for name, array in arrays(parse(vector["case"])).items():
            given = stored.get(name)
            assert (given is None) == (array is None)
            if array is not None:
                assert np.asarray(given).tobytes() == array.tobytes()
        ranges = {*vector["allowed"].values(), *vector["allowed_flushed"].values()} - {EXACT}
        named = {name.partition(".")[2] for name in stored if "." in name}
        assert named == ranges
        with zipfile.ZipFile(vectors / vector["file"]) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_the_digest_is_of_every_array_and_every_word(
    exported: tuple[Path, VectorIndex], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, index = exported
    first, *others = chosen.chosen("mcu")[:3]
    for cases in ([first], [first, *others], [*others, first]):
        monkeypatch.setattr("conv2d_conformance.vectors.exporting.chosen", lambda _, cases=cases: tuple(cases))
        again = export(tmp_path / "some", "mcu")
        assert again.digest != index.digest
        assert again.choice != index.choice
        index = again


def test_a_folder_of_something_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    found = CliRunner().invoke(program, ["export", str(tmp_path / "mine"), "--size", "mcu"])
    assert found.exit_code == 2
    assert "mine holds something other than exported vectors" in found.output
    assert contents(tmp_path / "mine").keys() == {"letter.txt"}


def test_the_command_tells_what_it_wrote_and_replaces_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx")
    few = chosen.chosen("mcu")[:2]
    monkeypatch.setattr("conv2d_conformance.vectors.exporting.chosen", lambda _: few)
    others = [word for name in OTHERS for word in ("--also", name)]
    found = CliRunner().invoke(program, ["export", str(tmp_path / "v"), "--size", "mcu", *others])
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith("2 vectors, 0.")
    for name in OTHERS:
        assert f" of them in {tmp_path / 'v' / name}\n" in found.stdout
    again = CliRunner().invoke(program, ["export", str(tmp_path / "v"), "--size", "mcu"])
    assert again.exit_code == 0, again.output
    assert not (tmp_path / "v" / "onnx").exists()


def test_a_format_whose_library_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)  # noqa: ARG005  # none is there
    found = CliRunner().invoke(program, ["export", str(tmp_path / "v"), "--also", "onnx"])
    assert found.exit_code == 3
    assert "the vectors of ONNX need onnx, not installed here" in found.output


def test_the_choices_of_the_command_are_those_that_there_are() -> None:
    assert SIZES == chosen.SIZES
    assert {*OTHERS} == {*WRITERS}


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = CliRunner().invoke(program, ["export", str(tmp_path / "file" / "v"), "--size", "mcu"])
    assert found.exit_code == 2
    assert f"{tmp_path / 'file' / 'v'} cannot be written: " in found.output
    assert "name another folder" in found.output
