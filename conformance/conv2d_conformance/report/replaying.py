"""The command that asks a case again, for a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from conv2d_conformance.contract.invariances import INVARIANCES
from conv2d_conformance.foreign import unescaped
from conv2d_conformance.implementation.isolation import ISOLATIONS
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.report.header import Asked
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.aspects import aspect_of
from conv2d_conformance.verdict.failure import Failure

USUAL_ISOLATION = ISOLATIONS[0]

PLAIN = frozenset(map(chr, range(32, 127))) - {"'", "\\"}
"""What stands for itself within $'...'."""


def replay_line(
    case: str,
    target: str,
    *,
    after: Iterable[str] = (),
    beside: str | None = None,
    invariance: str | None = None,
    times: int = 1,
    timeout: float = USUAL_TIMEOUT,
    isolation: str = USUAL_ISOLATION,
) -> str:
    """The command line that asks a case again. What is usual is left out."""
    words = ["conv2d-conformance", "replay", case, target]
    words += [word for line in after for word in ("--after", line)]
    words += ["--beside", beside] if beside else []
    words += ["--invariance", invariance] if invariance else []
    words += ["--times", str(times)] if times > 1 else []
    words += ["--timeout", f"{timeout:.15g}"] if timeout != USUAL_TIMEOUT else []
    words += ["--isolation", isolation] if isolation != USUAL_ISOLATION else []
    return " ".join(map(shell_word, words))


def replay_command(
    failure: Failure, target: str, *, timeout: float = USUAL_TIMEOUT, isolation: str = USUAL_ISOLATION
) -> str:
    """The same for a failing case, with the calls around it, and several times if it does not always fail."""
    return replay_line(
        failure.case,
        target,
        after=failure.after,
        beside=known(failure.beside, None),
        invariance=aspect if (aspect := aspect_of(failure)) in INVARIANCES else None,
        times=20 if failure.failed_repetitions < failure.repetitions else 1,
        timeout=timeout,
        isolation=isolation,
    )


def replay_of(failure: Failure, run: Asked) -> str:
    """The same for a failing case of a run, with the run's own options."""
    return replay_command(failure, unescaped(run.target), timeout=run.timeout_seconds, isolation=run.isolation)


def shell_word(text: str) -> str:
    r"""A word for a shell. Where it has characters that act or that no text can hold, its bytes are written as $'\033'.

    Bash, Zsh and Ksh read that; of \x1b Ksh would read the digits behind it, too.
    """
    if text.isprintable():
        return shlex.quote(text)
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character that stands for no byte
        data = text.encode("utf-8", "surrogatepass")
    return "$'" + "".join(chr(one) if chr(one) in PLAIN else f"\\{one:03o}" for one in data) + "'"
