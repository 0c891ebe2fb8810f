"""Ask failing cases a second time while the run goes on, and search for their cause."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.implementation.process import Abandoned
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.confirmation import amended, explanations_of, fails_alone
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import Ended, Record

Confirmed = tuple[bool | None, tuple[str, ...]]
"""Whether a case fails alone, and the requirements that explain its failure."""


class Confirmer:
    """Asks failing cases once more in fresh processes of the implementation, beside the run.

    Each case and each diagnosis gets one fresh process, of which a run that stops at its first failure needs one. A
    case that a confirmed diagnosis explains is first asked in a used process; only if it does not fail there, a fresh
    one is asked.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._executor = ThreadPoolExecutor(1)
        self._abandoned = Event()
        self._implementation: Implementation | None = None
        self._confirmed: dict[tuple[str, ...], Confirmed] = {}
        self._diagnoses: set[str] = set()
        self._asked: list[tuple[Ended, Failure, Future[Confirmed]]] = []

    def ask(self, ended: Ended, failure: Failure) -> None:
        """Begin to ask the failing case of a check again."""
        if self._options.isolation == "process":
            self._asked.append((ended, failure, self._executor.submit(self._fails_alone, ended, failure)))

    def _fails_alone(self, ended: Ended, failure: Failure) -> Confirmed:
        key = (ended.record.outcome, failure.case, failure.required, *failure.after)
        if key not in self._confirmed:
            self._confirmed[key] = self._asked_afresh(ended, failure)
        return self._confirmed[key]

    def _asked_afresh(self, ended: Ended, failure: Failure) -> Confirmed:
        is_fresh = self._implementation is None
        o = self._options
        try:
            self._implementation = self._implementation or connect(
                o.target, timeout=o.timeout, memory=o.memory, abandoned=self._abandoned, forks=o.stop != "first"
            )
            record, diagnosis = ended.record, failure.diagnosis
            fails = fails_alone(record, self._implementation, is_fresh=is_fresh or diagnosis in self._diagnoses)
            if fails is False and diagnosis in self._diagnoses:
                fails = fails_alone(record, self._implementation)
            if fails and ended.explains_others and diagnosis is not None:
                self._diagnoses.add(diagnosis)
            return fails, explanations_of(failure, self._implementation) if fails else ()
        except (LoadError, Abandoned):  # what was reached once and not again confirms nothing
            return None, ()

    def amended(self) -> dict[str, Record]:
        """The changed records, by check: they name the requirement that explains the failure, or what it depends on."""
        found: dict[str, Record] = {}
        changed: list[Ended] = []
        for ended, failure, result in self._asked:
            fails, explained = result.result()
            if fails:
                first, *others = explained or (None,)
                explaining = replace(failure, explained_by=first, explained_too=tuple(filter(None, others)))
                found[ended.record.check] = replace(ended.record, failure=explaining)
            elif fails is False:
                changed.append(ended)
        if changed and self._implementation is not None:
            found |= {record.check: record for record in amended(changed, self._implementation)}
        return found

    def close(self) -> None:
        """End the processes, by the thread that started them: when that is gone, Linux tells them that their parent is.

        The keeper of a template would then kill those of its forks, and each would be reported.
        """
        if self._abandoned.is_set():
            return
        self._abandoned.set()
        for *_, result in self._asked:
            result.cancel()
        closed = self._executor.submit(self._close_implementation)
        self._executor.shutdown()
        closed.result()

    def _close_implementation(self) -> None:
        if self._implementation is not None:
            self._implementation.close()

    @property
    def incidents(self) -> list[str]:
        return [] if self._implementation is None else incidents_of(self._implementation)
