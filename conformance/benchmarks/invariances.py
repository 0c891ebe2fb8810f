"""Which invariances real libraries have, claimed or not: `python invariances.py [--effort EFFORT] [TARGET ...]`.

Each target is examined by the four checks as if it claimed them all. `invariances_alone.py` asks the libraries the same
without this suite. The page with both is results/invariances.md.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.answers import Answer, Implementation, Request, ask_with_option
from conv2d_conformance.contract.invariances import INVARIANCES
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.report.replaying import replay_command
from conv2d_conformance.running.examine import examine

TARGETS = (
    "torch",
    "torch?threads=2",
    "torch?onednn=off",
    "torch?threads=2&onednn=off",
    "onnxruntime",
    "reference-direct",
    "reference-correlate",
)


class Claiming:
    """An implementation, with all invariances among its claims."""

    def __init__(self, implementation: Implementation) -> None:
        self._asked = implementation
        claims: dict[str, Any] = dict.fromkeys((f"{name}_invariant" for name in INVARIANCES), True)
        capabilities = replace(implementation.hello.capabilities, **claims)
        self.hello = replace(implementation.hello, capabilities=capabilities)

    def ask(self, request: Request) -> Answer:
        return self._asked.ask(request)

    def ask_with_option(self, name: str, value: str, request: Request) -> Answer:
        return ask_with_option(self._asked, name, value, request)

    def restart(self) -> bool:
        return self._asked.restart()

    def close(self) -> None:
        self._asked.close()


def examined(target: str, effort: str) -> tuple[str, list[str]]:
    """What each check says, as a row in Markdown, and the commands that show the failures."""
    implementation = Claiming(connect(target))
    cells, commands = [], []
    try:
        for name in INVARIANCES:
            check = catalogue()[f"test_invariance::test_{name}_invariant"]
            tally = examine(check, implementation, EFFORTS[effort], 0).tally
            if tally.failure is None:
                cells.append(f"{tally.asked} cases hold")
            elif tally.outcome == "fail":
                cells.append("no")
                commands.append(replay_command(tally.failure, target))
            else:
                cells.append("cannot be asked" if "cannot be set" in tally.failure.got else tally.failure.got)
    finally:
        implementation.close()
    return f"| `{target}` | {' | '.join(cells)} |", commands


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--effort", choices=tuple(EFFORTS), default="quick")
    parser.add_argument("targets", nargs="*", default=TARGETS)
    given = parser.parse_args()
    print(f"| implementation, effort {given.effort} | {' | '.join(INVARIANCES)} |")
    print("|---|" + "---|" * len(INVARIANCES))
    commands: list[str] = []
    for target in given.targets:
        row, more = examined(target, given.effort)
        commands += more
        print(row, flush=True)
    print("\n```", *commands, "```", sep="\n")


if __name__ == "__main__":
    main()
