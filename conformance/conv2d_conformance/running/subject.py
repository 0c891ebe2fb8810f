"""Who is examined in this process, and how a check of it ended."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from functools import partial

from conv2d_conformance.checks import Check
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.diagnosis.diagnoses import Diagnoses
from conv2d_conformance.environment import lack_of
from conv2d_conformance.implementation.host import incidents_of
from conv2d_conformance.running.draws import Draws
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.asker import Prepare
from conv2d_conformance.verdict.aspects import aspect_of
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.giving_up import GivingUp
from conv2d_conformance.verdict.history import Ends, Remembering, packed
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.record import Ended
from conv2d_conformance.verdict.simplifier import Simplifier
from conv2d_conformance.verdict.tally import recorded


@dataclass
class ExaminedImplementation:
    """The implementation under test, the options of its examination, and the diagnoses of its failures.

    draws: what is known of the cases of checks. prepare: makes a question of a case.
    """

    implementation: Implementation
    options: Options
    draws: Draws = field(default_factory=partial(Draws, keeps=False))
    prepare: Prepare = Question
    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    simplifier: Simplifier = field(init=False)
    hope: GivingUp = field(init=False)

    def __post_init__(self) -> None:
        self.simplifier = Simplifier(diagnose=self.diagnoses.sentence_about, known=self.diagnoses.know, unsteady=[])
        self.hope = GivingUp(self.options.keep_going)


def ended_of_check(
    subject: ExaminedImplementation, check: Check, examination: Examination, before: Ends, error: BaseException | None
) -> Ended:
    """The end of a check, with its record. `before` it, the processes had ended so; an `error` may have ended it."""
    implementation = examination.implementation
    record = recorded(check.name, examination.tally)
    ended = Ended(record=replace(record, incidents=tuple(incidents_of(implementation))))
    if record.failure is not None:
        explains_others = subject.diagnoses.explains_others(record.failure.diagnosis)
        asked = packed(implementation.asked) if isinstance(implementation, Remembering) else ""
        ended = replace(ended, explains_others=explains_others, before=asked)
    if gave_up := _gave_up(subject, examination, before):
        ended = replace(ended, record=replace(ended.record, gave_up=gave_up))
    if error is not None and not isinstance(error, Nonconforming):
        words = "".join(traceback.format_exception_only(error)).strip()
        ended = replace(ended, harness=words, lack=lack_of(error))
    return ended


def _gave_up(subject: ExaminedImplementation, examination: Examination, before: Ends) -> str | None:
    """After what the run gives up, if this check is the last straw."""
    failure = examination.tally.failure
    answered = failure is None or aspect_of(failure) != "answered"
    subject.hope.check_ended(before, ends_of(examination.implementation), answered=answered)
    return subject.hope.gave_up


def ends_of(implementation: Implementation) -> Ends:
    return implementation.ends if isinstance(implementation, Remembering) else Ends()
