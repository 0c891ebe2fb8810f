"""The command `initialisation`, and the replay of a line."""

from pathlib import Path
from xml.etree import ElementTree

from click.testing import CliRunner, Result

from conv2d_conformance.cli import program

MUTANT = "conv2d_conformance.mutants.initialisers:{}.adapter"
QUICK = ("--effort", "quick", "--isolation", "none", "--dtype", "float32")


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(program, arguments, prog_name="conv2d-conformance")


def test_a_right_initialiser(tmp_path: Path) -> None:
    result = invoke("initialisation", *QUICK, "--plot", str(tmp_path / "law.svg"))
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "ideal 1 (python)"
    assert lines[1].split() == ["requirement", "dtype", "elements", "tests", "smallest", "p", "test"]
    assert lines[-1] == "no test raises an alarm"
    assert sum("▄" in line for line in lines) == 3
    assert ElementTree.parse(tmp_path / "law.svg").getroot().tag.endswith("svg")


def test_a_wrong_initialiser_and_its_replay() -> None:
    target = MUTANT.format("groups_ignored")
    result = invoke("initialisation", target, *QUICK)
    assert result.exit_code == 1
    words = " ".join(result.output.split())
    assert "FAIL initialisation.fan-in-groups case init c6m310k3x5 g2 bias float32 seed:" in words
    assert "groups were ignored: fan_in counts all input channels" in words
    assert words.endswith("1 of 9 fail")
    line = next(line for line in result.output.splitlines() if line.startswith("  case")).split(maxsplit=1)[1]
    again = invoke("replay", line, target, "--isolation", "none")
    assert again.exit_code == 1
    assert "groups were ignored: fan_in counts all input channels" in " ".join(again.output.split())


def test_a_line_of_a_right_initialiser() -> None:
    line = "init c6m310k3x5 g2 bias float32 seed:7,8,7"
    result = invoke("replay", line, "conv2d_conformance.initialisation.ideal:adapter", "--isolation", "none")
    assert result.exit_code == 0
    assert result.output.splitlines()[1] == "no test raises an alarm"


def test_many_certificates() -> None:
    result = invoke("initialisation", "--null", "3", *QUICK)
    assert result.exit_code == 0
    assert "ideal, float32: 3 certificates of effort quick with the seeds 0 to 2" in result.output
    assert result.output.splitlines()[-1] == "0 of 3 raise an alarm"
    wrong = invoke("initialisation", MUTANT.format("triangular"), "--null", "2", *QUICK)
    assert wrong.exit_code == 1
    assert wrong.output.splitlines()[-1] == "2 of 2 raise an alarm"


def test_what_cannot_be_tested_is_wrong_usage() -> None:
    unknown = invoke("initialisation", "--dtype", "float80", "--isolation", "none")
    assert unknown.exit_code == 2
    assert "ideal does not claim float80" in unknown.stderr
    incapable = "conv2d_conformance.mutants.geometry:stride_as_width_height.adapter"
    for command in (("initialisation",), ("replay", "init c6m10k3 seed:7")):
        result = invoke(*command, incapable, "--isolation", "none")
        assert result.exit_code == 2
        assert "has no initialize" in result.stderr
