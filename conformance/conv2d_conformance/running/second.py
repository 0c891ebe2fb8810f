"""What failed, asked a second time while the run goes on, and what is found of its cause."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.implementation.process import Abandoned
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.confirming import amend, explanations_of, fails_alone

Confirmed = tuple[bool | None, tuple[str, ...]]
"""Whether a case fails alone, and which requirements explain that."""


class Second:
    """Asks what failed once more, of processes of the implementation that were asked nothing yet, beside the run.

    A process is started once for each case and each diagnosis: what a confirmed diagnosis explains may fail in a
    process that was asked something, and only where it does not is it asked of a fresh one.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._executor = ThreadPoolExecutor(1)
        self._abandoned = Event()
        self._implementation: Implementation | None = None
        self._confirmed: dict[tuple[str, ...], Confirmed] = {}
        self._diagnoses: set[str] = set()
        self._asked: list[tuple[dict[str, Any], Future[Confirmed]]] = []

    def ask(self, record: dict[str, Any]) -> None:
        """Begin to ask the failing case of a record."""
        if self._options.isolation == "process":
            self._asked.append((record, self._executor.submit(self._fails_alone, dict(record))))

    def _fails_alone(self, record: dict[str, Any]) -> Confirmed:
        failure = record["failure"]
        key = (record["outcome"], failure["case"], failure["required"], *failure["after"])
        if key not in self._confirmed:
            self._confirmed[key] = self._asked_afresh(record)
        return self._confirmed[key]

    def _asked_afresh(self, record: dict[str, Any]) -> Confirmed:
        is_fresh = self._implementation is None
        o = self._options
        try:
            self._implementation = self._implementation or connect(
                o.target, timeout=o.timeout, memory=o.memory, abandoned=self._abandoned
            )
            diagnosis = record["failure"]["diagnosis"]
            fails = fails_alone(record, self._implementation, is_fresh=is_fresh or diagnosis in self._diagnoses)
            if fails is False and diagnosis in self._diagnoses:
                fails = fails_alone(record, self._implementation)
            if fails and record["explains_others"]:
                self._diagnoses.add(diagnosis)
            return fails, explanations_of(record, self._implementation) if fails else ()
        except (LoadError, Abandoned):  # what was reached once and not again confirms nothing
            return None, ()

    def amend(self) -> None:
        """Note which requirement explains a failure, and find out what those depend on that did not occur again."""
        changed = []
        for record, result in self._asked:
            fails, explained = result.result()
            if fails:
                first, *others = explained or (None,)
                record["failure"] = {**record["failure"], "explained_by": first, "explained_too": others}
            elif fails is False:
                changed.append(record)
        if changed and self._implementation is not None:
            amend(changed, self._implementation)

    def close(self) -> None:
        self._abandoned.set()
        self._executor.shutdown(cancel_futures=True)
        if self._implementation is not None:
            self._implementation.close()

    @property
    def incidents(self) -> list[str]:
        return [] if self._implementation is None else incidents_of(self._implementation)
