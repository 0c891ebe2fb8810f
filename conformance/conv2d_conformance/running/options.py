"""The options of a run. Each is one field here, and the command line, pytest and the report derive it from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.foreign import reversibly_escaped
from conv2d_conformance.implementation.isolation import ISOLATIONS
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.implementation.resident_memory import CAN_BE_TOLD, USUAL_LIMIT
from conv2d_conformance.report.kind import STOPS, Kind
from conv2d_conformance.spec import PROFILES

if TYPE_CHECKING:
    from conv2d_conformance.report.deviations import Conditions, Deviation


@dataclass(frozen=True, slots=True)
class Option:
    """The description of an option besides its name, its default and its type, which is that of the default.

    help, metavar, choices, least, shows_default: for the command line; `least` is the smallest integer. file: "written"
    or "read" for the name of a file. pytest: its help in pytest; None where pytest lacks the option. told: its name in
    the report's header. tells: computes its value there; by default the value itself.
    """

    help: str | None = None
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    least: int | None = None
    shows_default: bool = True
    file: str = ""
    pytest: str | None = None
    told: str = ""
    tells: Callable[[Options], object] | None = None


def option(help: str | None = None, **said: Any) -> dict[str, Option]:
    """The metadata of a field of the options."""
    return {"option": Option(help, **said)}


def _memory(options: Options) -> float | None:
    return options.memory_limit


def _shard(options: Options) -> object:
    """A whole run says nothing of parts."""
    from conv2d_conformance.typed_json import ABSENT

    return options.shard or ABSENT


def _shapes(options: Options) -> tuple[str, ...]:
    """The named shapes, a line each."""
    from conv2d_conformance.cases.shape_sets import lines_of, shapes_of  # and with it NumPy

    return lines_of(shapes_of(options.shapes))


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of a run. Those that decide the kind of its report have their defaults in Kind."""

    target: str = field(metadata=option(pytest="the implementation under test", told="target"))
    profile: str = field(
        default=Kind.profile,
        metadata=option("What is required.", choices=tuple(PROFILES), pytest="", told="profile"),
    )
    effort: str = field(
        default=Kind.effort,
        metadata=option("How much is asked.", choices=tuple(EFFORTS), pytest="", told="effort"),
    )
    seed: int = field(
        default=Kind.seed,
        metadata=option("Of everything that is drawn.", least=0, pytest="", told="seed"),
    )
    only: str = field(
        default=Kind.only,
        metadata=option(
            "Examine some requirements alone, as in 'padding.*'.",
            metavar="GLOB",
            shows_default=False,
            pytest="a glob of requirement ids",
            told="only",
        ),
    )
    shapes: str = field(
        default=Kind.shapes,
        metadata=option(
            "Judge these shapes at full size too: a file with one a line, or a set that `list shapes` names.",
            metavar="FILE|NAME",
            shows_default=False,
            pytest="shapes, files and sets of them, separated by ;",
            told="shapes",
            tells=_shapes,
        ),
    )
    only_shapes: bool = field(
        default=Kind.only_shapes,
        metadata=option(
            "Ask the named shapes and nothing else, which earns no certificate.",
            pytest="ask the named shapes and nothing else",
            told="only_shapes",
        ),
    )
    output: str | Path | None = field(
        default=None,
        metadata=option(
            "The report, by default named after TARGET and the options; - is standard output, and has it alone.",
            metavar="FILE",
            file="written",
        ),
    )
    workers: int = field(default=1, metadata=option("Processes that ask at a time.", least=1))
    timeout: float = field(
        default=USUAL_TIMEOUT,
        metadata=option(
            "For a single call, and one second more for each million multiplications that it needs.",
            metavar="SECONDS",
            pytest="seconds allowed to one call",
            told="timeout_seconds",
        ),
    )
    memory: float = field(
        default=USUAL_LIMIT,
        metadata=option(
            "For the process of the implementation and what it starts; Linux alone tells how much it holds.",
            metavar="GIB",
            pytest="GiB allowed to the process",
            told="memory_gib",
            tells=_memory,
        ),
    )
    isolation: str = field(
        default=Kind.isolation,
        metadata=option(
            "`none` calls the implementation in this process, for a debugger, and earns no certificate.",
            choices=ISOLATIONS,
            pytest="",
            told="isolation",
        ),
    )
    keep_going: bool = field(
        default=False,
        metadata=option(
            "Ask on, however many calls hang or kill the process.",
            pytest="ask on, however much is without an answer",
        ),
    )
    stop: str = field(
        default=Kind.stop,
        metadata=option(
            "`first` ends at the first broken MUST, and asks first what finds most faults in its time; `must` leaves "
            "out what decides nothing.",
            choices=STOPS,
            pytest="`first` asks first what finds most faults in its time, and -x ends there; `must` leaves out what "
            "decides nothing",
            told="stop",
        ),
    )
    shard: str = field(
        default=Kind.shard,
        metadata=option(
            "Examine part I of N alone, which earns no certificate; `merge` makes one report of all. `auto` takes the "
            "part from the variables of a cluster or a CI.",
            metavar="I/N|auto",
            shows_default=False,
            pytest="part I/N of the checks alone",
            told="shard",
            tells=_shard,
        ),
    )
    accept_limits: bool = field(
        default=False,
        metadata=option(
            "Exit status 0 where all holds within the limits that the implementation declares.",
            pytest="take what conforms within its limits for a success",
            told="accept_limits",
        ),
    )
    scheduler: str = field(
        default="",
        metadata=option(
            "Hand the tasks to the workers of a cluster of Dask; ?GPU=1 behind it chooses those with that resource.",
            metavar="tcp://HOST:PORT",
            shows_default=False,
        ),
    )
    resume: bool = field(
        default=False,
        metadata=option("Go on from what an earlier run of the same kind left that was ended; what is done stays."),
    )
    deviations: tuple[tuple[Deviation, Conditions], ...] = field(
        default=(), metadata=option("Known failures, declared in TOML.", metavar="FILE", file="read")
    )

    @property
    def memory_limit(self) -> float | None:
        """The GiB that the process of the implementation may hold, if there is a limit."""
        return self.memory if CAN_BE_TOLD and self.isolation == "process" else None


def described() -> Iterator[tuple[Field[Any], Option]]:
    """All options, each with its description."""
    return ((one, one.metadata["option"]) for one in fields(Options))


def kind_of(options: Options) -> Kind:
    """The kind of the run's report, which decides which report it may replace."""
    values: dict[str, Any] = {name: getattr(options, name) for name in Kind.__dataclass_fields__}
    texts = {name: reversibly_escaped(value) for name, value in values.items() if isinstance(value, str)}
    return Kind(**values | texts)
