"""One test of your own suite: `python -m pytest test_my_conv.py`."""

from pathlib import Path

from conv2d_conformance import certify

MY_CONV = Path(__file__).with_name("my_conv.py")


def test_it_keeps_every_requirement_of_the_bias():
    report = certify(f"{MY_CONV}:conv2d", effort="quick", only="bias.*")
    assert not report.failures, report.headline
