"""The one sentence at the top of a report, and the exit status that says the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conv2d_conformance.report.deviations import Deviation, by_requirement
from conv2d_conformance.report.headline import WITHOUT_ISOLATION
from conv2d_conformance.report.report import Conclusion, Entry
from conv2d_conformance.report.stopping import where_stopped
from conv2d_conformance.report.verdicts import NOT_REACHED, core_of

NO_CERTIFICATE = 4
"""The exit status where nothing is broken, and no full certificate is earned all the same."""

HeadlineAndStatus = tuple[str, int]
"""What is said, and the exit status that says the same."""


@dataclass(frozen=True)
class RunOutcome:
    """What a run came to.

    `breaches` of the rules for adapters are no matter of a requirement, and cannot be declared. `gave_up` says after
    what the run gave up, if it did: what is not reached does not hold. A run that was `stopped` by what broke first is
    not complete, and was not interrupted. A deviation is stale where its requirement is judged, or not claimed,
    and does not fail; a glob, where that is so of all that it names. Without `isolation` the implementation shares a
    process with the suite, and could have written its own verdict: there is no certificate. Nor is there for a `shard`,
    which is told in words: what it does not reach is in other parts of the run, and whether a deviation is stale is
    known to all of them together.
    """

    entries: Sequence[Entry]
    claimed: frozenset[str]
    deviations: Collection[Deviation]
    breaches: Sequence[str] = ()
    profile: str = field(kw_only=True)
    only: str = field(kw_only=True)
    isolation: str = field(kw_only=True)
    complete: bool = field(kw_only=True)
    gave_up: str | None = field(kw_only=True, default=None)
    stopped: bool = field(kw_only=True, default=False)
    limits: Sequence[str] = field(kw_only=True, default=())
    accept_limits: bool = field(kw_only=True, default=False)
    shard: str = field(kw_only=True, default="")

    # ---- what follows

    @cached_property
    def broken(self) -> list[str]:
        return [entry.id for entry in self._musts if entry.verdict in ("fail", "error")]

    @cached_property
    def unreached(self) -> list[str]:
        """The MUSTs that are not reached, nor in another part of the run."""
        is_elsewhere = bool(self.shard) and self.complete and not self.gave_up
        return [
            entry.id
            for entry in self._musts
            if entry.verdict == NOT_REACHED and not (is_elsewhere and entry.failure is None)
        ]

    @cached_property
    def declared(self) -> set[str]:
        return set(by_requirement(self.deviations))

    @cached_property
    def undeclared(self) -> list[str]:
        """What is broken that nobody declared."""
        return [name for name in self.broken if name not in self.declared]

    @cached_property
    def stale(self) -> list[str]:
        verdicts = {entry.id: entry.verdict for entry in self.entries}
        return sorted({one.requirement for one in self.deviations if one.is_stale(verdicts)} if not self.shard else ())

    @cached_property
    def missing(self) -> list[str]:
        """What the core has and the implementation does not claim."""
        return sorted(core_of(self.profile) - self.claimed)

    @property
    def is_judged(self) -> bool:
        return any(entry.verdict in ("pass", "fail") for entry in self.entries) or bool(self.broken)

    @property
    def is_interrupted(self) -> bool:
        return not (self.complete or self.stopped)

    @property
    def _musts(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.level == "MUST"]

    # ---- in words

    @property
    def _as_declared(self) -> str:
        return f"{_counted(len(self.broken) - len(self.undeclared), 'requirement')} broken as declared"

    @property
    def _beside(self) -> list[str]:
        return [f"{len(self.unreached)} not reached"] if self.unreached else []

    @property
    def _within(self) -> str:
        return f"within its limits: {', '.join(self.limits)}"

    @property
    def _inside(self) -> str:
        return f"; {self._within}" if self.limits else ""

    @property
    def _forbidden(self) -> str:
        return f"{'; '.join(self.breaches)}, which no adapter may do"

    @property
    def _unasked(self) -> str:
        """How much the run did not reach; a refused call was reached."""
        number = sum(entry.verdict == NOT_REACHED and entry.failure is None for entry in self.entries)
        return f"{_counted(number, 'requirement')} not reached"

    # ---- each way in which a run may end: None where it did not end so

    def _is_stopped(self) -> HeadlineAndStatus | None:
        if not self.stopped:
            return None
        open_ones = {*self.unreached} - self.declared
        refused = [entry.id for entry in self.entries if entry.failure is not None and entry.id in open_ones]
        what = _found(self.undeclared)
        if self.breaches:
            what = self._forbidden
        elif refused and not self.undeclared:
            what = f"no answer for {_some(refused)}, as legal calls were refused"
        return f"not conforming: stopped {where_stopped(self.breaches)}; {what}, {self._unasked}", 1

    def _gave_up(self) -> HeadlineAndStatus | None:
        if not self.gave_up:
            return None
        headline = f"not conforming: gave up after {self.gave_up}; {_found(self.broken)}, {self._unasked}"
        return headline, 1 if self.undeclared or self.breaches else NO_CERTIFICATE

    def _judged_nothing(self) -> HeadlineAndStatus | None:
        return None if self.is_judged else ("nothing was judged", NO_CERTIFICATE)

    def _broke_a_rule(self) -> HeadlineAndStatus | None:
        return (f"not conforming: {self._forbidden}", 1) if self.breaches else None

    def _is_broken(self) -> HeadlineAndStatus | None:
        if not self.undeclared:
            return None
        known = [self._as_declared] if len(self.undeclared) < len(self.broken) else []
        number = _counted(len(self.undeclared), "requirement")
        told = [f"{number} broken ({_some(self.undeclared)})", *known, *self._beside]
        return f"not conforming: {', and '.join(told)}", 1

    def _was_refused(self) -> HeadlineAndStatus | None:
        open_ones = [name for name in self.unreached if name not in self.declared or not self.broken]
        if not open_ones:
            return None
        number = _counted(len(self.unreached), "requirement")
        return f"not conforming: {number} not reached, since legal calls were refused ({_some(open_ones)})", 1

    def _is_stale(self) -> HeadlineAndStatus | None:
        if not self.stale:
            return None
        stale = f"stale deviations, which do not fail: {', '.join(self.stale)}"
        return f"not conforming: {self._as_declared}; {stale}" if self.broken else f"no certificate: {stale}", 1

    def _is_partial(self) -> HeadlineAndStatus | None:
        if not self.missing:
            return None
        known = f"; {self._as_declared}" if self.broken else ""
        return f"partial: no {', no '.join(self.missing)}{known}{self._inside}", NO_CERTIFICATE

    def _is_as_declared(self) -> HeadlineAndStatus | None:
        if not self.broken:
            return None
        headline = f"not conforming: {', '.join([self._as_declared, *self._beside])}, and nothing else{self._inside}"
        return headline, self._of_the_limits

    def _is_a_part(self) -> HeadlineAndStatus | None:
        return (f"nothing is broken in it{self._inside}", NO_CERTIFICATE) if self.shard else None

    def _is_a_selection(self) -> HeadlineAndStatus | None:
        if self.only == "*":
            return None
        holds = any(entry.verdict == "pass" for entry in self._musts)
        what = "every MUST that is selected holds" if holds else "no MUST is selected that is claimed"
        return f"{what} ({self.only}); a selection earns no certificate{self._inside}", NO_CERTIFICATE

    def _has_no_isolation(self) -> HeadlineAndStatus | None:
        if self.isolation != "none":
            return None
        headline = f"all that profile {self.profile} requires holds; {WITHOUT_ISOLATION}{self._inside}"
        return headline, NO_CERTIFICATE

    def _conforms(self) -> HeadlineAndStatus:
        return (
            f"conforming {self._within}" if self.limits else f"conforming to profile {self.profile}",
            self._of_the_limits,
        )

    @property
    def _of_the_limits(self) -> int:
        """The exit status of what holds within the limits, if there are any."""
        return 0 if self.accept_limits or not self.limits else NO_CERTIFICATE

    def sentence(self) -> HeadlineAndStatus:
        """What is said first, and the exit status.

        That is 1 where something is broken, and 4 where nothing is and there is no certificate all the same. It is 0
        for a certificate, where nothing fails but what the caller declares, and within limits that the caller accepts.
        """
        ways = (
            *(self._is_stopped, self._gave_up, self._judged_nothing, self._broke_a_rule, self._is_broken),
            *(self._was_refused, self._is_stale, self._is_partial, self._is_as_declared, self._is_a_part),
            *(self._is_a_selection, self._has_no_isolation, self._conforms),
        )
        headline, status = next(told for way in ways if (told := way()) is not None)
        if self.is_interrupted:
            headline, status = f"interrupted, {self._unasked}; so far {_found(self.broken)}", 130
        if self.shard:
            headline, status = f"{self.shard}, no certificate: {headline}", status or NO_CERTIFICATE
        return headline, status

    def reasons(self) -> dict[str, bool]:
        """Each reason for which there may be no certificate, and whether it holds."""
        return {
            "interrupted": self.is_interrupted,
            "stopped": self.stopped,
            "gave up": self.gave_up is not None,
            "nothing judged": not self.is_judged,
            "breach": bool(self.breaches),
            "broken": bool(self.broken),
            "not reached": bool(self.unreached),
            "stale deviation": bool(self.stale),
            "core not claimed": bool(self.missing),
            "selection": self.only != "*",
            "shard": bool(self.shard),
            "no isolation": self.isolation == "none",
            "limits": bool(self.limits),
        }


def conclusion(outcome: RunOutcome) -> Conclusion:
    """Whether the implementation conforms, in one sentence, and the exit status that says the same."""
    headline, status = outcome.sentence()
    reasons = tuple(reason for reason, holds in outcome.reasons().items() if holds)
    return Conclusion(
        headline=headline,
        conforming=not reasons,
        no_certificate=reasons,
        within_limits=tuple(outcome.limits) if reasons == ("limits",) else None,
        exit_status=status,
        stale_deviations=tuple(outcome.stale),
    )


def _found(broken: list[str]) -> str:
    return f"{_counted(len(broken), 'requirement')} broken ({_some(broken)})" if broken else "no MUST broken"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
