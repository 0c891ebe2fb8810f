"""The pytest plugin that runs the checks against one implementation.

Loaded by name alone (`-p conv2d_conformance.plugin`): installing the suite leaves everybody else's pytest untouched.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import is_hypothesis_test

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.shape_sets import shapes_of
from conv2d_conformance.checks import Check, every_check
from conv2d_conformance.checks.order import place_of
from conv2d_conformance.descriptors import occupy_standard_descriptors
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.implementation.target import LoadError, TargetError
from conv2d_conformance.running import pytest_options
from conv2d_conformance.running.beforehand import require_answerable
from conv2d_conformance.running.examine import examination_of
from conv2d_conformance.running.header import own_checks
from conv2d_conformance.running.hypothesis_draws import apart, drawing
from conv2d_conformance.running.pytest_verdicts import CLAIMS, LIMITS, RECORD, PytestVerdicts
from conv2d_conformance.running.subject import ExaminedImplementation, ended_of_check, ends_of
from conv2d_conformance.shard import Shard
from conv2d_conformance.typed_json import as_json
from conv2d_conformance.verdict.claims import LimitsOfNothing
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.history import Ends, Remembering
from conv2d_conformance.verdict.room import TooLarge

INCIDENTS = "conv2d_incidents"
"""The key under which a process of pytest-xdist reports its incidents at its end."""


SUBJECT = pytest.StashKey[ExaminedImplementation]()
DONE = pytest.StashKey[frozenset[str]]()
DONE_ELSEWHERE = "conv2d_done"
"""The checks that are not made again, and the key under which a process of pytest-xdist is told of them."""

EXAMINATION = pytest.StashKey[Examination]()
ENDS_BEFORE = pytest.StashKey[Ends]()
TELLING = "conv2d-telling"


def pytest_addoption(parser: pytest.Parser) -> None:
    occupy_standard_descriptors()  # as soon as pytest knows this plugin
    pytest_options.add(parser.getgroup("conv2d", "conv2d-conformance"))


def pytest_configure(config: pytest.Config) -> None:
    session = ExitStack()
    session.enter_context(apart())  # Hypothesis's own plugin looks for constants when the checks are collected
    config.add_cleanup(session.close)
    if config.pluginmanager.has_plugin("terminal"):
        config.pluginmanager.register(
            PytestVerdicts(pytest_options.read(config), shows_all=config.getoption("fulltrace")), TELLING
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if SUBJECT in config.stash or _only_distributes(config):
        return
    options = pytest_options.read(config)
    if not options.target:
        raise pytest.UsageError("name the implementation under test: --conv2d-target TARGET")
    try:
        if options.shard:
            Shard.parse(options.shard)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    try:
        implementation = Remembering(
            connect(options.target, isolation=options.isolation, timeout=options.timeout, memory=options.memory)
        )
        config.add_cleanup(implementation.close)
        require_answerable(implementation.hello, options)
    except (TargetError, LoadError, LimitsOfNothing, TooLarge, CaseError) as error:
        raise pytest.UsageError(f"{error.sentence}; {error.hint}") from None
    config.stash[SUBJECT] = ExaminedImplementation(implementation, options)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Close the implementation now, while a process of pytest-xdist can still report its incidents."""
    config = session.config
    if SUBJECT in config.stash and hasattr(config, "workeroutput"):
        implementation = config.stash[SUBJECT].implementation
        implementation.close()
        config.workeroutput[INCIDENTS] = incidents_of(implementation)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks that are selected, in the profile, within the claims, and in this part of the run."""
    subject = config.stash[SUBJECT]
    claimed = subject.implementation.hello.claimed
    limits = subject.implementation.hello.capabilities.limits
    if telling := config.pluginmanager.get_plugin(TELLING):
        telling.claimed = claimed
        telling.limits = limits
    if hasattr(config, "workeroutput"):
        config.workeroutput[CLAIMS] = sorted(claimed)
        config.workeroutput[LIMITS] = list(limits)
    own = own_checks(subject.options, claimed) - _done(config)
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (kept if check_of(item).name in own else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    if subject.options.stop == "first":
        kept.sort(key=lambda item: place_of(check_of(item)))
    items[:] = kept


def _done(config: pytest.Config) -> frozenset[str]:
    return frozenset(getattr(config, "workerinput", {}).get(DONE_ELSEWHERE, config.stash.get(DONE, frozenset())))


@pytest.fixture
def iut(request: pytest.FixtureRequest) -> Iterator[Examination]:
    """The implementation under test, as one check sees it while it draws."""
    subject = request.config.stash[SUBJECT]
    if subject.hope.gave_up:
        pytest.skip(f"not reached: gave up after {subject.hope.gave_up}")
    examination = examination_of(
        check_of(request.node),
        subject.implementation,
        EFFORTS[subject.options.effort],
        subject.options.seed,
        simplifier=subject.simplifier,
        shapes=shapes_of(subject.options.shapes),
        prepare=subject.prepare,
    )
    request.node.stash[EXAMINATION] = examination
    request.node.stash[ENDS_BEFORE] = ends_of(subject.implementation)
    with drawing(request.function, examination.effort, examination.seed):
        yield examination


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a check that draws with what is known of its draws."""
    if not is_hypothesis_test(pyfuncitem.obj):
        return None
    pyfuncitem.config.stash[SUBJECT].draws.run(pyfuncitem.obj, pyfuncitem.stash[EXAMINATION])
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, object, object]:
    if call.when == "call" and EXAMINATION in item.stash:
        subject, examination = item.config.stash[SUBJECT], item.stash[EXAMINATION]
        error = None if call.excinfo is None else call.excinfo.value
        ended = ended_of_check(subject, check_of(item), examination, item.stash[ENDS_BEFORE], error)
        item.user_properties.append((RECORD, as_json(ended)))
    return (yield)


def check_of(item: pytest.Item) -> Check:
    """The check behind a pytest item, by the name of its module and function."""
    module = item.module.__name__.rpartition(".")[2]  # type: ignore[attr-defined]  # a Function has it
    return every_check()[f"{module}::{item.name}"]


def _only_distributes(config: pytest.Config) -> bool:
    """Whether this process only hands out checks to others (pytest-xdist's controller)."""
    return bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
