"""What a run wrote is found to be what it says, whatever its verdicts, and so is what older versions wrote."""

import pytest

from conv2d_conformance.verifying import Finding, verify

NAMES = ("forward", "training", "layer", "failing", "selection")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_what_a_run_wrote(made, counting_again, name):
    assert verify(made(name), counting_again) == Finding()
