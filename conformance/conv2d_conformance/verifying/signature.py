"""Sign a report, and check who signed it, by the program ssh-keygen, as Git signs commits.

OpenSSH does all of the cryptography, so any kind of its keys will do: a file, an agent, a security token. A signature
stands beside its report, and OpenSSH alone can check it:

    ssh-keygen -Y verify -f ALLOWED_SIGNERS -I NAME -n conv2d-conformance -s REPORT.sig < REPORT
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import IO

from conv2d_conformance.foreign import showable_name
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.output.file_replacement import replace
from conv2d_conformance.output.unwritable import UnwritableOutput, reason_of

PROGRAM = "ssh-keygen"
PURPOSE = "conv2d-conformance"
"""The namespace of the signatures: one that was made for another purpose, such as a commit, signs no report."""

ENDING = ".sig"
ARMOUR = b"-----BEGIN SSH SIGNATURE-----"
KINDS = ("ssh-", "ecdsa-", "sk-")
"""How a public key of OpenSSH begins."""

LARGEST_KEY = 100_000
"""A larger file, in bytes, is no public key."""

MAKE_A_KEY = f"`{PROGRAM} -t ed25519 -f FILE` makes a key: FILE to sign with, and FILE.pub to check with"


class UnusableKey(Hinted):
    """A file that is no key of the kind that is needed."""


class BadSignature(Exception):
    """The message is a clause about a report that says what is wrong with its signature."""


def signature_of(report: Path) -> Path:
    """The file with the signature of a report."""
    return report.with_name(report.name + ENDING)


def sign(report: Path, key: Path) -> str:
    """Sign a report with a private key, and say where the signature is. UnusableKey, UnwritableOutput."""
    place = signature_of(report)
    if place.exists() and not _is_signature(place):
        raise UnwritableOutput(f"{place} is there and is no signature", "remove that file")
    made = _asked("sign", "-f", str(key), message=report)
    if made.returncode != 0 or not made.stdout.startswith(ARMOUR):
        raise UnusableKey(f"{key} is no private key that OpenSSH can sign with: {_last_words(made)}", MAKE_A_KEY)
    try:
        replace(place, made.stdout)
    except OSError as error:
        raise UnwritableOutput(f"{place} cannot be written: {reason_of(place, error)[0]}", "move the report") from None
    return f"signed, in {place}"


def signed_by(report: Path, key: Path) -> str:
    """Whose signature a report has, where it is that of the owner of a public key. UnusableKey, BadSignature."""
    line = public_key(key)
    place = signature_of(report)
    if not place.is_file():
        raise BadSignature(f"it is not signed: there is no file {place}")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as allowed:
        allowed.write(f"{PURPOSE} {line}\n")
        allowed.flush()
        found = _asked("verify", "-f", allowed.name, "-I", PURPOSE, "-s", str(place), message=report)
    if found.returncode == 0:
        comment = " ".join(line.split()[2:])
        return f"signed by the key in {key}" + (f" ({showable_name(comment)})" if comment else "")
    if not _is_signature(place):
        raise BadSignature(f"{place} is no signature of OpenSSH")
    if _asked("check-novalidate", "-s", str(place), message=report).returncode == 0:
        raise BadSignature(f"it is signed by another key than that in {key}")
    raise BadSignature(f"{place} signs something else: other bytes than these, or for another purpose")


def public_key(path: Path) -> str:
    """The line of the one public key in a file. UnusableKey."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_KEY).decode("utf-8", errors="replace")
    except OSError as error:
        raise UnusableKey(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) != 1 or not lines[0].startswith(KINDS) or _ssh_keygen("-l", "-f", str(path)).returncode != 0:
        raise UnusableKey(f"{path} is no file with one public key of OpenSSH", MAKE_A_KEY)
    return lines[0]


def _is_signature(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(ARMOUR)) == ARMOUR


def _asked(action: str, *arguments: str, message: Path) -> subprocess.CompletedProcess[bytes]:
    with message.open("rb") as stream:
        return _ssh_keygen("-Y", action, "-n", PURPOSE, *arguments, stdin=stream)


def _ssh_keygen(*arguments: str, stdin: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([PROGRAM, *arguments], stdin=stdin, capture_output=True, check=False)


def _last_words(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why OpenSSH ended, as it says; its last line may follow what it asked for on the same line."""
    lines = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
    return showable_name(lines[-1], 300) if lines else f"exit status {done.returncode}"
