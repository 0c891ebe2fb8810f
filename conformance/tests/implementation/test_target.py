import configparser
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conv2d_conformance.implementation import bundled
from conv2d_conformance.implementation.bundled import how_to_get, list_adapters, pip_install
from conv2d_conformance.implementation.target import FORMS, LoadError, TargetError, load, parse

ADAPTER = """
from conv2d_conformance import Adapter

def conv2d(input, weight, bias=None, *, stride=1): ...

def configure(device="cpu", threads="1"):
    if device == "abacus":
        raise ValueError("no abacus here")
    return None if device == "none" else Adapter(name=f"on {device} with {threads}", version="1", conv2d=conv2d)

class Library:
    conv2d = staticmethod(conv2d)
    adapter = Adapter(name="of a class", version="1", conv2d=conv2d)

adapter = Adapter(name="mine", version="1", conv2d=conv2d, configure=configure)
bare = Adapter(name="bare", version="1", conv2d=conv2d)
number = 3
builtin = type
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory with an adapter; what is imported from it is forgotten afterwards."""
    (tmp_path / "mine.py").write_text(ADAPTER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def bundle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two bundled adapters, of which one needs a library, and a module that is none."""
    package = folder / "adapters_for_tests"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "_helper.py").write_text("")
    (package / "reference_correlate.py").write_text(ADAPTER)
    (package / "torch_compiled.py").write_text("import torch_that_is_missing")
    (package / "workers").mkdir()
    monkeypatch.setattr(bundled, "BUNDLED", package.name)
    sys.path.insert(0, str(folder))
    return package


def test_bundled_adapters_are_listed_without_being_imported(bundle: Path) -> None:
    assert list_adapters() == ["reference-correlate", "torch-compiled"]
    assert parse("reference-correlate").module == f"{bundle.name}.reference_correlate"
    assert bundle.name not in sys.modules


@pytest.mark.usefixtures("bundle")
def test_what_an_adapter_is_and_lacks_is_read_without_an_import() -> None:
    first, second = bundled.bundled()
    assert (first.name, first.sentence, first.availability) == ("reference-correlate", "", "none needed")
    assert (second.name, second.libraries) == ("torch-compiled", ("torch_that_is_missing",))
    assert second.availability == "torch_that_is_missing not installed: pip install 'conv2d-conformance[torch]'"


TOX = configparser.ConfigParser(interpolation=None)
TOX.read(Path(__file__).parents[3] / "tox.ini")


def test_each_library_is_installed_by_the_name_that_tox_has() -> None:
    """Somebody else may have the name of the module."""
    names = {line.partition("==")[0] for section in TOX.values() for line in section.get("deps", "").split()}
    for adapter in bundled.bundled():
        _, _, *words = shlex.split(how_to_get(adapter.libraries, adapter.name))
        for word in words:
            is_extra = word.startswith("conv2d-conformance[")
            assert is_extra or {word.replace("_", "-"), f"{word}-cpu"} & names, word
    assert pip_install(["cv2", "onnx"]) == "pip install opencv-python-headless onnx"


def test_the_package_of_adapters_is_found() -> None:
    assert list_adapters() == sorted(list_adapters())
    assert not {"workers", "--init--"} & set(list_adapters())


def test_a_command_is_split_into_words() -> None:
    assert parse("command:node 'my worker.js' --what=a?b=c").command == ("node", "my worker.js", "--what=a?b=c")


@pytest.mark.usefixtures("folder")
def test_options_are_strings_and_may_be_percent_encoded() -> None:
    assert parse("mine.py:adapter?device=cuda:0&path=a%26b&empty=").options == {
        "device": "cuda:0",
        "path": "a&b",
        "empty": "",
    }


WRONG = {
    "": ("there is no bundled adapter ''", "conv2d-conformance list adapters names them"),
    "torch_compiled": (
        "there is no bundled adapter 'torch_compiled'",
        "did you mean torch-compiled? conv2d-conformance list adapters names them",
    ),
    "mine.py": ("'mine.py' names no object", "did you mean mine.py:adapter?"),
    "package.module": ("'package.module' names no object", "did you mean package.module:adapter?"),
    "yours.py:adapter": ("there is no file 'yours.py'", "looked for in {folder}"),
    ":adapter": ("':adapter' is not a target", FORMS),
    "mine.py:": ("'mine.py:' is not a target", FORMS),
    "mine.py:3": ("'mine.py:3' is not a target", FORMS),
    "mine.py:adapter?": ("'' in 'mine.py:adapter?' is not an option", "options read ?key=value&key=value"),
    "mine.py:adapter?fast": ("'fast' in 'mine.py:adapter?fast' is not an option", "options read ?key=value&key=value"),
    "mine.py:adapter?a=1&a=2": ("the option 'a' is given twice in 'mine.py:adapter?a=1&a=2'", ""),
    "command:": ("command: names no program", "for example: command:./my-worker --device 0"),
    "command:sh 'x": ('the command "sh \'x" cannot be split into words: No closing quotation', "check the quotes"),
}


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_denotes_nothing_is_named(folder: Path, text: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse(text)
    assert (caught.value.sentence, caught.value.hint.replace(str(folder), "{folder}")) == WRONG[text]


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mine.py:adapter", "mine"),
        ("./mine.py:adapter", "mine"),
        ("mine:adapter", "mine"),
        ("mine.py:conv2d", "mine.py:conv2d"),
        ("mine.py:Library", "of a class"),
        ("mine.py:Library.conv2d", "mine.py:Library.conv2d"),
        ("mine.py:adapter?device=tpu", "on tpu with 1"),
    ],
)
def test_the_object_is_an_adapter_or_has_one_or_is_a_function(text: str, name: str) -> None:
    assert load(parse(text)).name == name


def test_a_bundled_adapter_is_loaded(bundle: Path) -> None:
    (bundle / "__init__.py").write_text("")
    assert load(parse("reference-correlate?threads=2")).name == "on cpu with 2"


def test_a_file_may_import_from_beside_itself_and_hides_no_library(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine.py").rename(folder / "colorsys.py")
    (folder / "uses.py").write_text("import colorsys, beside\nadapter = beside.adapter\nassert colorsys.rgb_to_hsv")
    (folder / "beside.py").write_text(ADAPTER)
    monkeypatch.chdir("/")
    assert load(parse(f"{folder}/uses.py:adapter")).name == "mine"
    assert load(parse(f"{folder}/colorsys.py:adapter")).name == "mine"
    assert sys.modules["colorsys"].__file__ != str(folder / "colorsys.py")


BROKEN = {
    "mine.py:adaptor": ("there is no adaptor in mine.py", "did you mean adapter?"),
    "mine.py:zzz": (
        "there is no zzz in mine.py",
        "it has: Adapter, conv2d, configure, Library, adapter, bare, number, builtin",
    ),
    "mine.py:Library.nothing": ("there is no Library.nothing in mine.py", "did you mean Library?"),
    "mine.py:number": (
        "number in mine.py is a value of type int",
        "it must be an Adapter or a function conv2d(input, weight, bias=None, *, stride=1, ...)",
    ),
    "mine.py:builtin": (
        "the signature of builtin in mine.py cannot be read",
        "wrap it in a Python function that names the arguments it takes",
    ),
    "mine.py:bare?device=cuda": ("the adapter bare takes no options", "leave out ?device=cuda"),
    "mine.py:adapter?devise=cuda": (
        "the adapter mine: got an unexpected keyword argument 'devise'",
        "its options are: device, threads",
    ),
    "mine.py:adapter?device=abacus": (
        "configuring the adapter mine raised ValueError: no abacus here",
        "{folder}/mine.py:8",
    ),
    "mine.py:adapter?device=none": ("configure of the adapter mine returned a value of type NoneType", ""),
    "nowhere:adapter": ("there is no module nowhere", "looked for in {folder} and where Python finds its modules"),
    "mine.inner:adapter": (
        "there is no module mine.inner",
        "looked for in {folder} and where Python finds its modules",
    ),
    "syntax.py:adapter": ("syntax.py has a syntax error: invalid syntax", "{folder}/syntax.py:2"),
    "needs.py:adapter": ("needs.py needs the library fastconv, which is not installed", "pip install fastconv"),
    "fails.py:adapter": ("importing fails.py raised RuntimeError: no driver", "{folder}/fails.py:1"),
    "leaves.py:adapter": (
        "importing leaves.py raised SystemExit: 3",
        '{folder}/leaves.py:2: call sys.exit() only under if __name__ == "__main__"',
    ),
    "empty.py:adapter": ("there is no adapter in empty.py", "it has: nothing"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_what_stands_in_the_way_is_named(folder: Path, text: str) -> None:
    (folder / "syntax.py").write_text("x = 1\ndef = 2\n")
    (folder / "needs.py").write_text("import fastconv.kernels\n")
    (folder / "fails.py").write_text("raise RuntimeError('no driver')\n")
    (folder / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    (folder / "empty.py").write_text("")
    with pytest.raises(LoadError) as caught:
        load(parse(text))
    assert (caught.value.sentence, caught.value.hint.replace(str(folder), "{folder}")) == BROKEN[text]


@pytest.mark.parametrize(
    ("adapter", "library", "command"),
    [
        ("torch-compiled", "torch_that_is_missing", "pip install 'conv2d-conformance[torch]'"),
        ("reference-correlate", "torch", "pip install 'conv2d-conformance[torch]'"),
        ("reference-correlate", "jax", "pip install jax"),
    ],
)
def test_a_missing_library_comes_with_the_command_that_installs_it(
    bundle: Path, adapter: str, library: str, command: str
) -> None:
    (bundle / "__init__.py").write_text("")
    module = adapter.replace("-", "_")
    (bundle / f"{module}.py").write_text(f"raise ModuleNotFoundError(name={library!r})")
    with pytest.raises(LoadError) as caught:
        load(parse(adapter))
    assert caught.value.sentence == (f"{bundle.name}.{module} needs the library {library}, which is not installed")
    assert caught.value.hint == command


def test_the_errors_print_as_one_line() -> None:
    assert str(TargetError("wrong", "right")) == "wrong (right)"
    assert str(LoadError("wrong")) == "wrong"
