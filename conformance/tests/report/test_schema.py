"""The schema of a report knows all that an adapter can claim."""

import json
from importlib.resources import files

from conv2d_conformance.contract.capabilities import ARGUMENTS, GRADES, PADDING_MODES, PADDINGS, VIEWS, Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.report.validation import schema

SCHEMA = json.loads(files("conv2d_conformance.report").joinpath("schema.json").read_text(encoding="utf-8"))
CLAIMS = SCHEMA["$defs"]["capabilities"]["properties"]


def test_every_claim_has_a_place() -> None:
    assert set(CLAIMS) == set(Capabilities().to_json())


def test_every_value_of_a_claim_is_allowed() -> None:
    assert SCHEMA["$defs"]["dtype"]["enum"] == list(DTYPES)
    assert SCHEMA["$defs"]["grade"]["enum"] == list(GRADES)
    for name, values in (
        ("padding", PADDINGS),
        ("padding_modes", PADDING_MODES),
        ("arguments", ARGUMENTS),
        ("views", VIEWS),
    ):
        assert CLAIMS[name]["items"]["enum"] == list(values)


def test_every_operation_and_profile_is_allowed() -> None:
    """In the text that others read, too."""
    assert schema() == SCHEMA
