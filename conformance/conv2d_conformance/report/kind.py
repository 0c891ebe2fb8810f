"""The kind of a report. Reports of one kind answer the same question, so the newer one replaces the older."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv2d_conformance.report.header import Asked

LONGEST_NAME = 120
"""The longest name of a file, in bytes."""

SUITE = "conv2d-conformance"
STOPS = ("never", "must", "first")
"""never: everything is asked. must: what decides nothing is left out. first: the first broken MUST ends the run."""

WORDS = {"only": "selection", "only_shapes": "selection of shapes alone"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Everything that decides which implementation is asked which cases, and whether it can get a certificate.

    Texts are as a report holds them, see `reversibly_escaped`.
    """

    target: str
    profile: str = "forward"
    effort: str = "standard"
    seed: int = 0
    only: str = "*"
    isolation: str = "process"
    shapes: str = ""
    only_shapes: bool = False
    stop: str = "never"
    shard: str = ""

    @classmethod
    def of(cls, run: Asked) -> Kind:
        """The kind of a run."""
        from conv2d_conformance.typed_json import known  # a run on the command line needs a kind before all else

        usual = cls(target=run.target)
        found = {name: known(getattr(run, name), getattr(usual, name)) for name in cls.__dataclass_fields__}
        return cls(**found | {"shapes": "; ".join(known(run.shapes, ()))})

    def differs_from(self, other: Kind) -> str:
        """The first difference from another kind, in words; empty if they are equal."""
        there = asdict(other)
        found = (
            f"its {WORDS.get(name, name)} is {_said(there[name])}, not {_said(here)}"
            for name, here in asdict(self).items()
            if there[name] != here
        )
        return next(found, "")

    def default_name(self) -> str:
        """The default name of a report's file: the target, and everything that differs from its default."""
        usual = Kind(target=self.target)
        parts = [f"conv2d-{_plain(self.target)}"]
        parts += [self.profile] if self.profile != usual.profile else []
        parts += [self.effort] if self.effort != usual.effort else []
        parts += [f"seed{self.seed}"] if self.seed != usual.seed else []
        parts += ["no-isolation"] if self.isolation != usual.isolation else []
        parts += [f"stop-{self.stop}"] if self.stop != usual.stop else []
        parts += [f"only-{_plain(self.only)}"] if self.only != usual.only else []
        parts += [f"shapes-{_plain(self.shapes)}"] if self.shapes else []
        parts += ["alone"] if self.only_shapes else []
        parts += [f"shard-{_plain(self.shard)}"] if self.shard else []
        name = "-".join(parts)
        data = name.encode()
        if len(data) > LONGEST_NAME:
            name = f"{data[:LONGEST_NAME].decode(errors='ignore')}-{hashlib.sha256(data).hexdigest()[:8]}"
        return f"{name}.json"


def _said(value: object) -> object:
    return "none" if value == "" else value


def _plain(text: str) -> str:
    letters = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in text)
    return letters.strip("-.")
