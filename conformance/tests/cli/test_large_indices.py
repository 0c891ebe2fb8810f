"""`--large-indices` asks every target what there is room for, and tells in one sentence what there is none for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.large_indices import LARGE_INDICES
from conv2d_conformance.cli import program
from conv2d_conformance.cli.large_indices import with_room
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict import room

SOURCE = """
from conv2d_conformance import Adapter, Capabilities

adapter = Adapter(name="x", version="1", conv2d=print, capabilities=Capabilities(dtypes={"DTYPE"}))
"""


@pytest.fixture
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """One that claims float16, and one that claims float64; short names, which no line breaks."""
    monkeypatch.chdir(tmp_path)
    for dtype in ("float16", "float64"):
        (tmp_path / f"{dtype}.py").write_text(SOURCE.replace("DTYPE", dtype))
    return "float16.py:adapter", "float64.py:adapter"


def asked(capsys: pytest.CaptureFixture[str], *targets: str) -> tuple[int, str]:
    """How many shapes are asked, and what is told of them."""
    lines = with_room(Options(target=targets[0], isolation="none"), targets)
    return len(lines), " ".join(capsys.readouterr().err.split())


def test_the_claims_of_every_target_count(
    targets: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "physical_memory", lambda: 12 << 30)
    narrow, wide = targets
    assert asked(capsys, narrow)[0] == len(LARGE_INDICES)
    count, told = asked(capsys, narrow, wide)
    assert count == 5
    assert f"skipped input of 2^31 elements: for {wide}, n3c40h" in told
    assert told.count("skipped") == 3
    assert "asked input of 2^31 bytes: 4.02 GiB, 6 calls of" in told
    count, told = asked(capsys, wide)
    assert count == 5
    assert "for float" not in told


def test_what_no_target_claims_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "physical_memory", lambda: 12 << 30)
    (tmp_path / "narrow.py").write_text(SOURCE.replace('{"DTYPE"}', '{"float16"}, limits=("M <= 2",)'))
    count, told = asked(capsys, f"{tmp_path / 'narrow.py'}:adapter")
    assert count == told.count("asked input of 2^31") == 2
    assert told.count("outside the claims or the limits") == len(LARGE_INDICES) - 2


def test_a_target_that_cannot_be_loaded_is_told_by_its_own_run(
    targets: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "physical_memory", lambda: 12 << 30)
    missing = f"{targets[0].removesuffix('adapter')}nothing"
    assert asked(capsys, missing, targets[0])[0] == len(LARGE_INDICES)
    assert asked(capsys, missing, missing + "?a=b")[0] == 0
    with pytest.raises(LoadError):
        asked(capsys, missing)


def test_a_run_without_room_for_any_asks_nothing(
    targets: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "physical_memory", lambda: 1 << 30)
    options = ["--only-shapes", "--large-indices", "--isolation", "none", "--output", str(tmp_path / "report.json")]
    result = CliRunner().invoke(program, ["run", targets[0], *options])
    assert result.exit_code == 2
    told = " ".join(result.output.split())
    assert told.count("and this machine has 1073741824") == len(LARGE_INDICES)
    assert "--only-shapes needs shapes" in told
