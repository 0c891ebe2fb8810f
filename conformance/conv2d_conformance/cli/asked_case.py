"""Ask one case, and show the answer and its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.console import Console

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cli.answers.asked import AskedImplementation, SaidOfCase
from conv2d_conformance.cli.case_display import allowed_interval
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.contract.answers import Answer, Broken, Hello, Implementation, Rejected, Result
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.composed import told
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.diagnosis import Diagnosis, diagnose
from conv2d_conformance.diagnosis.hint import hint, takes_other_arrays
from conv2d_conformance.implementation.host import incidents_of
from conv2d_conformance.implementation.last_words import shown_lines
from conv2d_conformance.law.allowed import Mask, compare
from conv2d_conformance.law.joined_arrays import row_of
from conv2d_conformance.report.console import MOST_LINES, paragraph, whole_line
from conv2d_conformance.verdict.alike import judge_alike
from conv2d_conformance.verdict.claims import keeps_limits, within_claims
from conv2d_conformance.verdict.concurrent_questions import answers_of, request_of
from conv2d_conformance.verdict.confirmation import fault_of
from conv2d_conformance.verdict.explanation import explanations
from conv2d_conformance.verdict.fault_sentences import element_name, told_element
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Judgement
from conv2d_conformance.verdict.large_question import LargeQuestion
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.rejections import HINT, looks_like_a_mistake
from conv2d_conformance.verdict.relatives import relatives


@dataclass(frozen=True)
class AskedCase:
    """A question with its first wrong answer, or else its last one; `times` is how often it was asked."""

    question: Question
    answer: Answer
    judgement: Judgement
    times: int

    @property
    def right(self) -> bool:
        return self.judgement.outcome == "pass" and not self.judgement.observed

    @property
    def wrong(self) -> Mask | None:
        """Which elements of the law are wrong, where only values are."""
        fault = self.judgement.fault
        is_large = isinstance(self.question, LargeQuestion)
        if is_large or fault is None or fault.aspect != "values" or not isinstance(self.answer, Result):
            return None
        law = self.question.law
        return compare(row_of(self.answer.arrays).reshape(law.high.shape), law).wrong

    @property
    def wrong_elements(self) -> list[tuple[int, ...]]:
        """The indices of the wrong elements in the law."""
        return [] if self.wrong is None else [tuple(int(i) for i in index) for index in np.argwhere(self.wrong)]


def ask(
    implementation: Implementation, question: Question, times: int = 1, *, beside: Question | None = None
) -> AskedCase:
    """Ask until an answer is wrong, at most `times` times; with a question `beside` it, both at once."""
    for count in range(1, times + 1):
        answers: list[tuple[Question, Answer]] = []
        if beside is None:
            answers.append((question, implementation.ask(question.request)))
        else:
            pair = (question, beside)
            answers += zip(pair, answers_of(implementation.ask(request_of(pair))), strict=True)
        found = [AskedCase(one, answer, judge(one, answer), count) for one, answer in answers]
        asked = next((one for one in found if not one.right), found[0])
        if not asked.right:
            break
    return asked


def ask_alike(implementation: Implementation, question: Question, invariance: Invariance, times: int) -> AskedCase:
    """Ask the question and its relatives until they differ, at most `times` times. Problem where it has none."""
    if not (found := relatives(question, invariance)):
        raise Problem(
            f"the case has nothing to compare it with by its {invariance}",
            "a batch needs two images, a position room for two windows, and a layout a claimed view",
        )
    for count in range(1, times + 1):
        answer = implementation.ask(question.request)
        judgement = judge_alike(question, judge(question, answer), answer, invariance, found, implementation)
        asked = AskedCase(question, answer, judgement, count)
        if not asked.right:
            break
    return asked


def diagnosis_of(implementation: Implementation, asked: AskedCase) -> Diagnosis | None:
    """The diagnosis of a wrong answer, from further calls.

    None, without a call, where there was no answer, and outside the limits, since further calls would be inside.
    """
    question = asked.question
    cannot = isinstance(asked.answer, Broken) or isinstance(question, LargeQuestion) or question.is_outside_limits
    if asked.judgement.fault is None or cannot:
        return None
    return diagnose(implementation, asked.question.case)


def allowed_where_wrong(asked: AskedCase) -> str | None:
    """All that is allowed at the wrong element that is told, where only values are wrong."""
    if asked.wrong is None or not asked.wrong.any():
        return None
    law = asked.question.law
    index = told_element(law, asked.wrong)
    return f"{element_name(asked.question, index, law)} {allowed_interval(law, index, asked.question.input.dtype)}"


def requirements_of(implementation: Implementation, asked: AskedCase) -> tuple[str, ...]:
    """The requirements that explain a wrong answer, from further calls; none where these would not tell."""
    fault, question = asked.judgement.fault, asked.question
    cannot = isinstance(asked.answer, Broken) or isinstance(question, LargeQuestion) or question.is_outside_limits
    if fault is None or cannot:
        return ()
    claims = implementation.hello.capabilities
    return explanations(
        question.case,
        fault.aspect,
        lambda other: fault_of(implementation, other) is not None,
        lambda other: keeps_limits(other, claims),
    )


def introduced(hello: Hello) -> AskedImplementation:
    """How an implementation introduced itself, for programs."""
    claims = hello.capabilities
    return AskedImplementation(
        hello.name,
        hello.version,
        hello.language,
        hello.description,
        tuple(sorted(claims.features)),
        claims.limits,
        hello.composed,
    )


def show_hello(out: Console, hello: Hello, *, claims: bool = False) -> None:
    """Print how an implementation introduced itself."""
    paragraph(out, f"{hello.name} {hello.version} ({hello.language})", style="bold")
    if claims:
        paragraph(out, ", ".join(sorted(hello.capabilities.features)) or "nothing", label="claims")
    if hello.capabilities.limits:
        paragraph(out, ", ".join(hello.capabilities.limits), label="limits")
    if hello.composed:
        paragraph(out, told(hello.composed), label="composed")


def show_incidents(out: Console, implementation: Implementation) -> list[str]:
    """Print and return what happened to the processes through nobody's fault."""
    incidents = incidents_of(implementation)
    for sentence in incidents:
        paragraph(out, sentence, label="incident")
    return incidents


def said_of(asked: AskedCase, claims: Capabilities, diagnosis: Diagnosis | None = None) -> SaidOfCase:
    """The case, whether the answer is right, and if not the diagnosis, the fault, and a hint."""
    fault, rejected = asked.judgement.fault, asked.judgement.rejected
    stderr = shown_lines(asked.answer.stderr) if isinstance(asked.answer, Broken) else ()
    return SaidOfCase(
        case=format_case(asked.question.case),
        right=asked.right,
        got=None if fault is None else fault.got,
        required=None if fault is None else fault.required,
        diagnosis=None if diagnosis is None else diagnosis.sentence,
        observed=tuple(observation.sentence for observation in asked.judgement.observed),
        rejected=None if rejected is None else f"{rejected.type}: {rejected.message}",
        hint=_hint(asked, diagnosis),
        times=asked.times,
        note=_note(asked, claims),
        stderr=tuple(stderr),
    )


def show(out: Console, asked: AskedCase, claims: Capabilities, diagnosis: Diagnosis | None = None) -> None:
    """Print what is said of a case."""
    said = said_of(asked, claims, diagnosis)
    if diagnosis is not None:
        paragraph(out, f"looks like  {diagnosis.sentence} ({diagnosis.evidence})", style="bold")
    whole_line(out, said.case, label="case")
    for sentence in said.observed:
        paragraph(out, sentence, label="seen", style="red")
    if said.got is None or said.required is None:
        paragraph(out, _praise(asked), label="answer", style="green" if said.right else "")
        if said.rejected is not None:
            paragraph(out, said.rejected, label="rejected", most_lines=MOST_LINES)
    else:
        paragraph(out, said.got, label="got", style="red", most_lines=MOST_LINES)
        paragraph(out, said.required, label="required")
    if said.times > 1:
        paragraph(out, f"the answer to the question number {said.times}", label="when")
    if said.note is not None:
        paragraph(out, said.note, label="note")
    if said.hint is not None:
        paragraph(out, said.hint, label="hint", style="bold")
    for line in said.stderr:
        whole_line(out, line, label="stderr")


def _note(asked: AskedCase, claims: Capabilities) -> str | None:
    if asked.question.is_outside_limits:
        return f"the case is outside the limits {', '.join(claims.limits)}: it may be refused"
    case = asked.question.case
    unclaimed = within_claims(case, claims) != case
    return "the implementation does not claim everything that this case needs" if unclaimed else None


def _hint(asked: AskedCase, diagnosis: Diagnosis | None) -> str | None:
    """What to try; a diagnosis makes a hint needless."""
    fault, rejected = asked.judgement.fault, asked.judgement.rejected
    if rejected is not None and _is_a_mistake(rejected):
        return HINT
    if fault is None or diagnosis is not None:
        return None
    return hint(asked.question, asked.answer, fault) or None


def _is_a_mistake(rejected: Rejected) -> bool:
    return looks_like_a_mistake(rejected.type, rejected.message) and not takes_other_arrays(rejected)


def _praise(asked: AskedCase) -> str:
    if asked.question.illegal_because is not None:
        return "right: the call is illegal, and it was rejected"
    if asked.question.is_outside_limits:
        how = "answered rightly" if asked.judgement.rejected is None else "rejected"
        return f"right: the call is outside the limits, and it was {how}"
    margin = asked.judgement.margin
    share = "" if margin is None else f"; the worst error is {margin:.3g} of what is allowed"
    elements, evidence = asked.judgement.elements, asked.judgement.evidence
    if isinstance(asked.question, LargeQuestion) and evidence < elements:
        return f"right, in {evidence} sampled ones of {elements} elements{share}"
    return f"right, in all of {elements} elements{share}"
