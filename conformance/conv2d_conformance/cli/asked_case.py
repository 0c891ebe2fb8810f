"""Ask one case, and show the answer and its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.console import Console

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.answers import Answer, Broken, Hello, Implementation, Rejected, Result
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis import Diagnosis, diagnose
from conv2d_conformance.diagnosis.hint import hint, takes_other_arrays
from conv2d_conformance.implementation.host import incidents_of
from conv2d_conformance.implementation.last_words import shown_lines
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.law.joined_arrays import row_of
from conv2d_conformance.report.console import MOST_LINES, paragraph, whole_line
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.concurrent_questions import answers_of, request_of
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Judgement
from conv2d_conformance.verdict.large_question import LargeQuestion
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.rejections import HINT, looks_like_a_mistake


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
    def wrong_elements(self) -> list[tuple[int, ...]]:
        """The indices of the wrong elements in the law, where only values are wrong."""
        fault = self.judgement.fault
        is_large = isinstance(self.question, LargeQuestion)
        if is_large or fault is None or fault.aspect != "values" or not isinstance(self.answer, Result):
            return []
        law = self.question.law
        wrong = compare(row_of(self.answer.arrays).reshape(law.high.shape), law).wrong
        return [tuple(int(i) for i in index) for index in np.argwhere(wrong)]


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


def diagnosis_of(implementation: Implementation, asked: AskedCase) -> Diagnosis | None:
    """The diagnosis of a wrong answer, from further calls.

    None, without a call, where there was no answer, and outside the limits, since further calls would be inside.
    """
    question = asked.question
    cannot = isinstance(asked.answer, Broken) or isinstance(question, LargeQuestion) or question.is_outside_limits
    if asked.judgement.fault is None or cannot:
        return None
    return diagnose(implementation, asked.question.case)


def show_hello(out: Console, hello: Hello, *, claims: bool = False) -> None:
    """Print how an implementation introduced itself."""
    paragraph(out, f"{hello.name} {hello.version} ({hello.language})", style="bold")
    if claims:
        paragraph(out, ", ".join(sorted(hello.capabilities.features)) or "nothing", label="claims")
    if hello.capabilities.limits:
        paragraph(out, ", ".join(hello.capabilities.limits), label="limits")


def show_incidents(out: Console, implementation: Implementation) -> None:
    """Print what happened to the processes through nobody's fault."""
    for sentence in incidents_of(implementation):
        paragraph(out, sentence, label="incident")


def show(out: Console, asked: AskedCase, claims: Capabilities, diagnosis: Diagnosis | None = None) -> None:
    """Print the case and whether the answer is right; if not, the diagnosis, the fault, and a hint."""
    case, fault = asked.question.case, asked.judgement.fault
    if diagnosis is not None:
        paragraph(out, f"looks like  {diagnosis.sentence} ({diagnosis.evidence})", style="bold")
    whole_line(out, format_case(case), label="case")
    for observation in asked.judgement.observed:
        paragraph(out, observation.sentence, label="seen", style="red")
    rejected = asked.judgement.rejected
    if fault is None:
        paragraph(out, _praise(asked), label="answer", style="green" if asked.right else "")
        if rejected is not None:
            paragraph(out, f"{rejected.type}: {rejected.message}", label="rejected", most_lines=MOST_LINES)
    else:
        paragraph(out, fault.got, label="got", style="red", most_lines=MOST_LINES)
        paragraph(out, fault.required, label="required")
    if asked.times > 1:
        paragraph(out, f"the answer to the question number {asked.times}", label="when")
    if asked.question.is_outside_limits:
        told = f"the case is outside the limits {', '.join(claims.limits)}: it may be refused"
        paragraph(out, told, label="note")
    elif within_claims(case, claims) != case:
        paragraph(out, "the implementation does not claim everything that this case needs", label="note")
    if rejected is not None and _is_a_mistake(rejected):
        paragraph(out, HINT, label="hint", style="bold")
    # A diagnosis makes a hint needless.
    elif fault is not None and diagnosis is None and (advice := hint(asked.question, asked.answer, fault)):
        paragraph(out, advice, label="hint", style="bold")
    if isinstance(asked.answer, Broken):
        for line in shown_lines(asked.answer.stderr):
            whole_line(out, line, label="stderr")


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
