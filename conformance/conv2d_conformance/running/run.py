"""One run: connect, let pytest run the checks, write the report.

All that is not needed to connect is imported while the implementation starts: either takes a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import TYPE_CHECKING

from conv2d_conformance.descriptors import occupy_standard_descriptors
from conv2d_conformance.environment import lack_of
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.output.destination import find
from conv2d_conformance.pool.cluster import import_dask
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.running.draws import Draws
from conv2d_conformance.running.failures import HarnessFailure, Lacking
from conv2d_conformance.running.garbage import seldom_collecting
from conv2d_conformance.running.options import Options, kind_of
from conv2d_conformance.verdict.history import Remembering

if TYPE_CHECKING:
    from conv2d_conformance.running.sharing import SharedWork

__all__ = ["HarnessFailure", "Lacking", "run"]


def run(
    options: Options,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
    report_file: ReportFile | None = None,
    shared: SharedWork | None = None,
) -> Report:
    """Examine the target and return the report, which is then in `report_file` too, or in `options.output`.

    Runs in one process can be `shared`: the cases, the verdicts and the reports are the same.

    Raises TargetError or LoadError where the target cannot be reached, LimitsOfNothing, RefusedAtOnce, UnwritableOutput
    before the first check, ReportElsewhere after the last, HarnessFailure, Lacking.
    """
    occupy_standard_descriptors()
    if report_file is None:
        kind = kind_of(options)
        with ReportFile(find(str(options.output or kind.default_name())), kind, resume=options.resume) as own:
            return run(options, on_progress, own, shared)
    with seldom_collecting():
        return _run(options, on_progress, report_file, shared)


def _run(
    options: Options,
    on_progress: Callable[[int, int, str], None],
    report_file: ReportFile,
    shared: SharedWork | None,
) -> Report:
    abandoned = Event()
    draws = Draws(keeps=False) if shared is None else shared.draws
    implementation = Remembering(
        connect(
            options.target,
            isolation=options.isolation,
            timeout=options.timeout,
            memory=options.memory,
            abandoned=abandoned,
            meanwhile=_beforehand(options, draws),
        )
    )
    try:
        from conv2d_conformance.running.connected import examined

        prepare = {} if shared is None else {"prepare": shared.questions}
        return examined(options, report_file, implementation, on_progress, abandoned, draws, **prepare)
    except Exception as error:
        if lack := lack_of(error):
            raise Lacking(lack) from error
        raise
    finally:
        implementation.close()


def _beforehand(options: Options, draws: Draws) -> Iterator[None]:
    """Import what comes after connecting, which is loaded once; then draw what checks will ask, one after the other."""
    from conv2d_conformance.running.connected import draw_beforehand

    yield
    if options.scheduler:
        import_dask()
    elif options.workers == 1:
        yield from draw_beforehand(options, draws)
