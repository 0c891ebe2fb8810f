"""Who made a report: signatures of OpenSSH beside it, and one sentence wherever one proves nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.output.unwritable import UnwritableOutput
from conv2d_conformance.verifying import UNSIGNED, signature
from conv2d_conformance.verifying.signature import BadSignature, UnusableKey, sign, signed_by

Report = dict[str, Any]

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH's client is not installed")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two keys, `mine` and `other`."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("mine", "other"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}\x1b[31m", "-f", str(folder / name)]
        subprocess.run(make, check=True)
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file, for a signature asks nothing of what it signs."""
    path = tmp_path / "out.json"
    path.write_text('{"complete": true}\n')
    return path


def test_who_signed_is_told_by_the_key(path: Path, keys: Path) -> None:
    assert sign(path, keys / "mine") == f"signed, in {path}.sig"
    assert signed_by(path, keys / "mine.pub") == f"signed by the key in {keys / 'mine.pub'} (mine\\x1b[31m)"
    assert sign(path, keys / "other") == f"signed, in {path}.sig"  # which replaces the first
    assert signed_by(path, keys / "other.pub").startswith("signed by the key in ")


def test_openssh_alone_can_check_it_and_make_it(path: Path, keys: Path, tmp_path: Path) -> None:
    sign(path, keys / "mine")
    (tmp_path / "allowed").write_text(f"me {(keys / 'mine.pub').read_text()}")
    verify = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        "allowed",
        "-I",
        "me",
        "-n",
        "conv2d-conformance",
        "-s",
        "out.json.sig",
    ]
    for content, status in ((path.read_bytes(), 0), (path.read_bytes() + b"\n", 255)):
        assert subprocess.run(verify, cwd=tmp_path, input=content, check=False).returncode == status
    (tmp_path / "out.json.sig").unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", keys / "other", "-n", "conv2d-conformance", path], check=True
    )
    assert signed_by(path, keys / "other.pub").startswith("signed by the key in ")


def change_a_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"true", b"True"))


def change_the_signature(path: Path) -> None:
    place = signature.signature_of(path)
    lines = place.read_text().splitlines(keepends=True)
    lines[-2] = lines[-2].swapcase()
    place.write_text("".join(lines))


def truncate_the_signature(path: Path) -> None:
    place = signature.signature_of(path)
    place.write_bytes(place.read_bytes()[:100])


def remove_the_signature(path: Path) -> None:
    signature.signature_of(path).unlink()


def put_something_else_there(path: Path) -> None:
    signature.signature_of(path).write_bytes(b"\xff\x00")


def put_a_folder_there(path: Path) -> None:
    remove_the_signature(path)
    signature.signature_of(path).mkdir()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (change_a_byte, "out.json.sig signs something else: other bytes than these, or for another purpose"),
        (change_the_signature, "out.json.sig signs something else: other bytes"),
        (truncate_the_signature, "out.json.sig signs something else: other bytes"),
        (remove_the_signature, "it is not signed: there is no file "),
        (put_something_else_there, "out.json.sig is no signature of OpenSSH"),
        (put_a_folder_there, "it is not signed: there is no file "),
    ],
)
def test_what_was_changed_is_not_signed(path: Path, keys: Path, change: Callable[[Path], None], sentence: str) -> None:
    sign(path, keys / "mine")
    change(path)
    with pytest.raises(BadSignature, match=re.escape(sentence)):
        signed_by(path, keys / "mine.pub")


def test_another_key_and_another_purpose_are_told(path: Path, keys: Path) -> None:
    sign(path, keys / "other")
    with pytest.raises(BadSignature, match="it is signed by another key than that in "):
        signed_by(path, keys / "mine.pub")
    signature.signature_of(path).unlink()
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", keys / "mine", "-n", "git", path], check=True)
    with pytest.raises(BadSignature, match="or for another purpose"):
        signed_by(path, keys / "mine.pub")


def test_a_key_that_is_none_is_told(path: Path, keys: Path, tmp_path: Path) -> None:
    sign(path, keys / "mine")
    both = (keys / "mine.pub").read_text() + (keys / "other.pub").read_text()
    for name, content in (("junk", "junk"), ("both", both), ("damaged", "ssh-ed25519 AAAA me"), ("empty", "")):
        (tmp_path / name).write_text(content)
        with pytest.raises(UnusableKey, match=f"{name} is no file with one public key of OpenSSH"):
            signed_by(path, tmp_path / name)
    with pytest.raises(UnusableKey, match="mine is no file with one public key"):
        signed_by(path, keys / "mine")  # the private one
    with pytest.raises(UnusableKey, match="nowhere cannot be read: no such file or directory"):
        signed_by(path, tmp_path / "nowhere")
    for name in ("junk", "nowhere"):
        with pytest.raises(UnusableKey, match=f"{name} is no private key that OpenSSH can sign with: "):
            sign(path, tmp_path / name)


def test_what_is_no_signature_is_not_replaced(path: Path, keys: Path) -> None:
    place = signature.signature_of(path)
    place.write_text("a letter")
    with pytest.raises(UnwritableOutput, match=r"out\.json\.sig is there and is no signature"):
        sign(path, keys / "mine")
    assert place.read_text() == "a letter"


# ---- the command -------------------------------------------------------------------------------------------------


def invoke(*arguments: Path | str) -> Result:
    return CliRunner().invoke(program, ["verify", *map(str, arguments)])


def test_a_sound_report_is_signed_and_a_doctored_one_is_not(
    failing_run: tuple[Path, Report], keys: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.json"
    path.write_text(json.dumps(failing_run[1]))
    unsigned = invoke(path, "--verify-key", keys / "mine.pub")
    assert (unsigned.exit_code, unsigned.output) == (1, f"{path}: it is not signed: there is no file {path}.sig\n")
    signed = invoke(path, "--sign", keys / "mine")
    assert (signed.exit_code, f"{path}: signed, in {path}.sig\n" in signed.output) == (0, True)
    assert UNSIGNED not in signed.output
    checked = invoke(path, "--verify-key", keys / "mine.pub", "--format", "json")
    (found,) = json.loads(checked.stdout)
    assert (checked.exit_code, found["outcome"]) == (0, "sound")
    assert found["signature"].startswith("signed by the key in ")
    path.write_text(json.dumps({**failing_run[1], "judged_cases": 0}))
    signature.signature_of(path).unlink()
    refused = invoke(path, "--sign", keys / "mine")
    assert refused.exit_code == 1
    assert not signature.signature_of(path).exists()


def test_what_is_wrong_with_a_key_is_told_before_anything_is_counted(failing_run: tuple[Path, Report]) -> None:
    path = failing_run[0]
    result = invoke(path, "--verify-key", path)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {path} is no file with one public key of OpenSSH\nHint: `ssh-keygen -t ")
    assert result.stdout == ""


@pytest.mark.parametrize("option", ["--sign", "--verify-key"])
def test_without_openssh_there_is_no_signature(option: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = invoke(path, option, path)
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: signatures need ssh-keygen, which is not installed here\nHint: ")
