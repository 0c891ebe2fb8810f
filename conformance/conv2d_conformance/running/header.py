"""The header of a report: everything that is known before the first check."""

from __future__ import annotations

import platform
import time
from importlib.metadata import version

from conv2d_conformance import __version__, sources, spec
from conv2d_conformance.checks import every_check
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.foreign import reversibly_escaped
from conv2d_conformance.report.deviations import Surroundings, in_force
from conv2d_conformance.report.header import Asked, Cited, Environment, Execution, Header, Introduction, Suite
from conv2d_conformance.report.selection import belongs, to_run
from conv2d_conformance.running.options import Options, described
from conv2d_conformance.typed_json import ABSENT, from_json

PACKAGES = (*sources.DEPENDENCIES, "pytest")


def header(options: Options, implementation: Implementation, started: float) -> Header:
    """What is known before the first check: all of it depends on the options and the versions, `execution` apart."""
    hello = implementation.hello
    expected, _ = in_force(options.deviations, Surroundings.of(options.target, hello.version))
    return Header(
        schema_version=1,
        suite=Suite(name="conv2d-conformance", version=__version__, sources=sources.digest()),
        spec=Cited(edition=spec.load().edition, digest=spec.load().digest),
        run=told(options),
        implementation=Introduction.of(hello),
        environment=Environment(
            python=platform.python_version(),
            platform=platform.platform(terse=True),
            machine=platform.machine(),
            packages=packages(),
        ),
        deviations=expected,
        execution=Execution(
            started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            seconds=None,
            workers=options.workers,
        ),
    )


def packages() -> dict[str, str]:
    """The versions on which the cases and the judgements depend, besides the suite itself."""
    return {name: version(name) for name in PACKAGES}


def told(options: Options) -> Asked:
    """What a report says of the options, each on one line."""
    values = {
        said.told: getattr(options, one.name) if said.tells is None else said.tells(options)
        for one, said in described()
        if said.told
    }
    lines = {
        name: reversibly_escaped(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not ABSENT
    }
    return from_json(lines, Asked)


def own_checks(options: Options, claimed: frozenset[str]) -> frozenset[str]:
    """The names of the checks that a run with these options makes, if nothing ends it, and of its fingerprint."""
    run = told(options)
    return belongs(to_run(every_check(), run, claimed), run)
