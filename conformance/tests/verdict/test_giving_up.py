"""When a run gives up."""

import pytest

from conv2d_conformance.contract.answers import Broken, Rejected
from conv2d_conformance.verdict.giving_up import MOST_DEATHS, MOST_WAITS, GivingUp
from conv2d_conformance.verdict.history import Ends

SOME = Ends(answered=100)


def lost(hope: GivingUp, checks: int, kind: str, before: Ends = SOME) -> Ends:
    """Let so many checks end with one call without an answer each."""
    for _ in range(checks):
        now = before.after(Broken(kind, "sentence"))
        hope.check_ended(before, now, answered=False)
        before = now
    return before


@pytest.mark.parametrize(
    ("kind", "most", "sentence"),
    [
        ("timeout", MOST_WAITS, "3 checks that waited in vain for an answer"),
        ("memory", MOST_WAITS, "3 checks that waited in vain for an answer"),
        ("memory-limit", MOST_WAITS, "3 checks that waited in vain for an answer"),
        ("died", MOST_DEATHS, "20 checks in which the process died"),
        ("protocol", MOST_DEATHS, "20 checks in which the process died"),
    ],
)
def test_it_is_lost_at_the_last_straw_and_stays_lost(kind: str, most: int, sentence: str) -> None:
    hope = GivingUp()
    reached = lost(hope, most - 1, kind)
    assert hope.gave_up is None
    lost(hope, 1, kind, reached)
    assert hope.gave_up == sentence
    lost(hope, 1, "died", reached)
    assert hope.gave_up == sentence


@pytest.mark.parametrize("kind", ["timeout", "died"])
def test_it_is_lost_soon_where_nothing_was_ever_answered(kind: str) -> None:
    hope = GivingUp()
    reached = lost(hope, 1, kind, Ends())
    assert hope.gave_up is None
    lost(hope, 1, kind, reached)
    assert hope.gave_up == "2 checks without an answer to any call"


def test_it_is_checks_that_count_and_not_calls() -> None:
    hope, before = GivingUp(), SOME
    now = before
    for _ in range(50):
        now = now.after(Broken("died", "sentence"))
    hope.check_ended(before, now, answered=False)
    hope.check_ended(now, now.after(Broken("timeout", "sentence")), answered=True)
    assert hope.gave_up is None


def test_who_keeps_going_never_gives_up() -> None:
    hope = GivingUp(keep_going=True)
    lost(hope, 100, "timeout", Ends())
    assert hope.gave_up is None


def test_what_is_no_array_ends_no_process_and_costs_no_hope() -> None:
    ends = Ends().after(Broken("not-an-array", "sentence")).after(Rejected("ValueError", "no"))
    assert ends == Ends(answered=2)
    hope = GivingUp()
    lost(hope, 100, "not-an-array", Ends())
    assert hope.gave_up is None
