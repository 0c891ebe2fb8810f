"""The first lines of a script: its docstring, its imports, and how it loads the implementation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from conv2d_conformance.contract.answers import Hello
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.delivered import FORM
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.implementation.target import Target
from conv2d_conformance.implementation.threads import ONE_THREAD
from conv2d_conformance.reproducer.data import NoScript, is_packed


def require_python(target: Target) -> None:
    """NoScript where no script can import the implementation."""
    if target.command:
        raise NoScript("no script can be made for a command: the implementation is a program, not a Python object")


def require_adapter(hello: Hello) -> None:
    """NoScript for what the suite made an adapter, which a script without the suite cannot."""
    if FORM in hello.environment:
        raise NoScript(f"no script can be made for {hello.description}: for one, wrap it in an Adapter")


def head(line: str, target: Target, before: Sequence[str] = ()) -> str:
    """The docstring of the script."""
    lines = [
        "One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.",
        "",
        *(f"after   {earlier}" for earlier in before),
        f"case    {line}",
        f"target  {target.text}",
    ]
    # Neither a case nor a path may end the docstring: what follows would be code.
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return f'"""{text}\n"""'


def imports(
    target: Target, arrays: Sequence[Mapping[str, Array | None]] = (), dtypes: Sequence[Mapping[str, str]] = ()
) -> str:
    """The imports that the later lines use. They set the number of threads before NumPy and the library read it."""
    packed = any(map(is_packed, arrays))
    names = {"os", "sys"}
    names |= {"base64", "zlib"} if packed else set()
    names |= {"importlib.util"} if target.path else set()
    names |= {"inspect"} if arrays and not target.is_bundled else set()
    lines = [f"import {name}" for name in sorted(names)]
    lines += ["from collections import deque"] if arrays else []
    lines += ["", f"os.environ.update({{**{ONE_THREAD!r}, **os.environ}})", ""]
    if any("bfloat16" in of_call.values() for of_call in dtypes):
        lines.append("import ml_dtypes")
    return "\n".join([*lines, "import numpy as np"])


def loading(target: Target, operations: Collection[str]) -> str:
    """The lines that load the implementation and name its functions."""
    return "\n".join(_loading(target, operations))


def _loading(target: Target, operations: Collection[str]) -> Iterator[str]:
    first, *rest = target.attribute.split(".")
    if target.path:
        yield f"sys.path.append({str(Path(target.path).parent)!r})"
        yield f"spec = importlib.util.spec_from_file_location('target', {target.path!r})"
        yield "module = sys.modules['target'] = importlib.util.module_from_spec(spec)"
        yield "spec.loader.exec_module(module)"
        yield f"found = module.{target.attribute}"
    else:
        if not target.is_bundled:
            yield "sys.path.append('.')"
        yield f"from {target.module} import {first} as found"
        if rest:
            yield f"found = found.{'.'.join(rest)}"
    if not target.is_bundled:
        yield "found = getattr(found, 'adapter', found)"
    if target.options:
        options = ", ".join(f"{name}={value!r}" for name, value in target.options.items())
        yield f"found = found.configure({options})"
    on_device = target.is_bundled and "device" in target.options
    if on_device:
        yield "from conv2d_conformance.contract.delivered import plain"
    for name in sorted(operations):
        if name == MAIN and not target.is_bundled:
            yield f"{name} = getattr(found, {name!r}, found)"
        elif on_device:
            yield f"{name} = plain(found.{name})"
        else:
            yield f"{name} = found.{name}"
