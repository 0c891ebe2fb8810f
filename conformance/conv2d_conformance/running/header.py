"""What a report says first: all that is known before the first check."""

from __future__ import annotations

import platform
import time
from importlib.metadata import version

from conv2d_conformance import __version__, sources, spec
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.foreign import escaped_line
from conv2d_conformance.implementation.resident import CAN_BE_TOLD
from conv2d_conformance.report.deviations import Surroundings, in_force
from conv2d_conformance.report.header import Asked, Cited, Environment, Execution, Header, Introduction, Suite
from conv2d_conformance.running.options import Options

PACKAGES = ("numpy", "scipy", "ml_dtypes", "hypothesis", "pytest")


def header(options: Options, implementation: Implementation, started: float) -> Header:
    """What is known before the first check: all of it depends on the options and the versions, `execution` apart."""
    hello = implementation.hello
    expected, _ = in_force(options.deviations, Surroundings.of(options.target, hello.version))
    return Header(
        schema_version=1,
        suite=Suite(name="conv2d-conformance", version=__version__, sources=sources.digest()),
        spec=Cited(edition=spec.load().edition, digest=spec.load().digest),
        run=Asked(
            target=escaped_line(options.target),
            profile=options.profile,
            effort=options.effort,
            seed=options.seed,
            only=escaped_line(options.only),
            isolation=options.isolation,
            timeout_seconds=options.timeout,
            memory_gib=options.memory if CAN_BE_TOLD and options.isolation == "process" else None,
        ),
        implementation=Introduction.of(hello),
        environment=Environment(
            python=platform.python_version(),
            platform=platform.platform(terse=True),
            machine=platform.machine(),
            packages={name: version(name) for name in PACKAGES},
        ),
        deviations=expected,
        execution=Execution(
            started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            seconds=None,
            workers=options.workers,
        ),
    )
