"""What becomes of the requirements of gradients where an adapter has none."""

from conv2d_conformance import spec
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.report.conclusion import NO_CERTIFICATE, RunOutcome, conclusion
from conv2d_conformance.report.report import Conclusion, Entry
from conv2d_conformance.report.verdicts import core_of, requirement_entries
from conv2d_conformance.verdict.record import Record

CHECKS = {"test_bias::test_added": ("bias.added",), "test_gradients::test_input": ("gradients.input",)}
RECORD = Record(
    check="test_bias::test_added",
    outcome="pass",
    digests=(1,),
    asked=1,
    elements=1,
    evidence=1,
    failure=None,
    accuracy={},
    observed={},
    breaches=(),
)


def entries(claimed: frozenset[str], profile: str = "training", records: tuple[Record, ...] = (RECORD,)) -> list[Entry]:
    return requirement_entries(records, CHECKS, claimed, profile, "*")


def headline(claimed: frozenset[str], profile: str = "training") -> Conclusion:
    found = entries(claimed, profile)
    return conclusion(RunOutcome(found, claimed, (), profile=profile, only="*", isolation="process", complete=True))


def test_every_requirement_names_the_function_that_it_is_about() -> None:
    operations = {item.chapter: item.operation for item in spec.load().requirements.values()}
    assert operations["gradients"] == "gradients"
    assert operations["initialisation"] == "initialize"
    assert operations["padding"] == "conv2d"


def test_without_the_function_they_are_unsupported_and_the_run_is_partial() -> None:
    claimed = CORE | {"conv2d", "initialize", "validation"}
    assert [entry.verdict for entry in entries(claimed)] == ["pass", "unsupported"]
    found = headline(claimed)
    assert (found.headline, found.exit_status) == ("partial: no gradients", NO_CERTIFICATE)


def test_with_the_function_silence_is_an_error() -> None:
    claimed = CORE | {"conv2d", "initialize", "gradients", "validation"}
    assert [entry.verdict for entry in entries(claimed)] == ["pass", "error"]


def test_other_profiles_do_not_need_them() -> None:
    claimed = CORE | {"conv2d"}
    assert headline(claimed, "forward").headline == "conforming to profile forward"
    assert headline(claimed, "layer").headline == "partial: no initialize, no validation"
    assert core_of("training") - core_of("layer") == {"gradients"}
