"""Which object of a file is meant where none is named: the one that is obvious from its text, which is not executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conv2d_conformance.forms.form_error import FormError

USUAL = ("conv2d", "nn_conv2d", "Conv2d", "ModelNew", "custom_kernel")
"""Names that say by themselves what they are, besides `adapter`, which is made of whatever else is there."""

ALIKE = re.compile("conv_?2_?d", re.IGNORECASE)


def obvious_object(path: Path) -> str:
    """The name of the one conv2d in a file of Python. FormError where there is none, or more than one."""
    try:
        names = list(dict.fromkeys(_defined(ast.parse(path.read_bytes()))))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormError(f"{path} is no Python: {str(error) or 'it nests too deep'}", "correct it") from None
    except OSError as error:
        raise FormError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    if "adapter" in names:
        return "adapter"
    public = [name for name in names if not name.startswith("_")]
    usual = [name for name in public if name in USUAL]
    alike = [name for name in public if ALIKE.search(name)]
    found = usual or alike or public
    if len(found) == 1:
        return found[0]
    if not found:
        raise FormError(f"{path} defines no function and no class", "write one, or name another file")
    told = ", ".join(found[:5]) + (" and others" if len(found) > 5 else "")
    raise FormError(f"{path} has no object that is obviously the conv2d, but {told}", f"name it: {path}:{found[0]}")


def _defined(module: ast.Module) -> Iterator[str]:
    """The functions and classes of a module, and an adapter that is assigned."""
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (one.id for one in targets if isinstance(one, ast.Name) and one.id in ("adapter", *USUAL))
            case ast.AnnAssign(target=ast.Name(id="adapter")):
                yield "adapter"
