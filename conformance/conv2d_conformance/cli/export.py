"""`export`: write test vectors for people without Python."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import click

from conv2d_conformance.cli.answer_format import JSON, format_option, tell

SIZES = ("mcu", "phone", "full")
OTHERS = ("onnx", "webnn", "stablehlo")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--size",
    type=click.Choice(SIZES),
    default="phone",
    show_default=True,
    help="How many, and how large: mcu takes less than 1 MB, and is a header of C, too.",
)
@click.option(
    "--also",
    type=click.Choice(OTHERS),
    multiple=True,
    help="A format of others, in a folder of its own; may be given several times.",
)
@format_option()
def export(folder: Path, size: str, also: tuple[str, ...], format: str) -> None:
    """Write test vectors for people without Python.

    DIR gets cases that see most known faults, each with the answers that every grade of accuracy allows: arrays as
    .npz, one index in JSON, a checker that needs NumPy alone, and one in C. A folder of exported vectors is replaced.
    To pass them is no certificate.
    """
    from conv2d_conformance.cli.problems import HARNESS, Problem
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.vectors.exporting import export as write
    from conv2d_conformance.vectors.other_formats import WRITERS

    if "onnx" in also and util.find_spec("onnx") is None:
        raise Problem(
            "the vectors of ONNX need onnx, not installed here",
            "pip install onnx, or leave --also onnx",
            status=HARNESS,
        )
    with progress("making vectors", after=A_MOMENT) as advance:
        index = write(folder, size, [(name, WRITERS[name]) for name in dict.fromkeys(also)], advance)
    if format == JSON:
        tell(index)
        return
    taken = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    click.echo(f"{len(index.vectors)} vectors, {taken / 1e6:.1f} MB: {folder / 'index.json'}")
    for name, count in index.also.items():
        click.echo(f"{count} of them in {folder / name}")
    click.echo(f"check a function of Python: python {folder / 'check_vectors.py'} kernel.py:conv2d")
