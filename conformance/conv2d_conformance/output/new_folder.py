"""Write a folder as a whole: the new one replaces an earlier one at the end, or nothing changes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conv2d_conformance.output.unwritable import ENVIRONMENT, OF_THE_MACHINE, USAGE, UnwritableOutput, reason_of


@contextmanager
def new_folder(folder: Path, *, mark: str, what: str) -> Iterator[Path]:
    """A draft that takes the place of a folder, unless an exception leaves this context.

    UnwritableOutput where it cannot be written, or would replace something other than `what` the command wrote before,
    which is known by the file `mark`.
    """
    require_free(folder, mark=mark, what=what)
    draft = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-", dir=folder.parent))
        yield draft
        draft.chmod(0o755)
        _replace(folder, draft)
    except OSError as error:
        reason, remedy = reason_of(folder, error)
        status = ENVIRONMENT if error.errno in OF_THE_MACHINE else USAGE
        other = "name another folder"
        hint = f"{remedy}, or {other}" if remedy else other
        raise UnwritableOutput(f"{folder} cannot be written: {reason}", hint, status=status) from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


def require_free(folder: Path, *, mark: str, what: str) -> None:
    """UnwritableOutput where a draft would replace something else; known before long work."""
    if folder.exists() and not _may_be_replaced(folder, mark):
        raise UnwritableOutput(f"{folder} holds something other than {what}", "name a folder that is new or empty")


def _may_be_replaced(folder: Path, mark: str) -> bool:
    return folder.is_dir() and ((folder / mark).is_file() or not any(folder.iterdir()))


def _replace(folder: Path, draft: Path) -> None:
    """Put the draft in the place of the folder."""
    if not folder.exists():
        os.replace(draft, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-old-", dir=folder.parent))
    os.replace(folder, old)
    os.replace(draft, folder)
    shutil.rmtree(old, ignore_errors=True)
