"""What a report says first: all that is known before the first check."""

from __future__ import annotations

import platform
import time
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from conv2d_conformance import __version__, sources, spec
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.report.deviations import Surroundings, in_force
from conv2d_conformance.running.options import Options, told

PACKAGES = ("numpy", "scipy", "ml_dtypes", "hypothesis", "pytest")


def header(options: Options, implementation: Implementation, started: float) -> dict[str, Any]:
    """What is known before the first check: all of it depends on the options and the versions, `execution` apart."""
    hello = implementation.hello
    expected, _ = in_force(options.deviations, Surroundings.of(options.target, hello.version))
    return {
        "schema_version": 1,
        "suite": {"name": "conv2d-conformance", "version": __version__, "sources": sources.digest()},
        "spec": {"edition": spec.load().edition, "digest": spec.load().digest},
        "run": told(options),
        "implementation": {
            "name": hello.name,
            "version": hello.version,
            "language": hello.language,
            "description": hello.description,
            "operations": list(hello.operations),
            "capabilities": hello.capabilities.to_json(),
            "environment": hello.environment,
        },
        "environment": {
            "python": platform.python_version(),
            "platform": platform.platform(terse=True),
            "machine": platform.machine(),
            "packages": {name: version(name) for name in PACKAGES},
        },
        "deviations": [asdict(deviation) for deviation in expected],
        "execution": {
            "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            "seconds": None,
            "workers": options.workers,
        },
    }
