"""What a worker makes of one call. The same is asked in process, and must be answered in the same words."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.contract.answers import Answer, Broken, Observation, Rejected, Request, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.host import Worker, connect


def told(answer: Answer) -> Result | Rejected:
    assert not isinstance(answer, Broken)
    return answer


@pytest.fixture(params=["process", "none"])
def ask(request: pytest.FixtureRequest, target: Callable[[str], str]) -> Iterator[Callable[..., Any]]:
    connected = []

    def start(name: str, *requests: Request) -> list[Any] | None:
        connected.append(connect(target(name), isolation=request.param))
        return [connected[-1].ask(item) for item in requests]

    yield start
    for item in connected:
        item.close()


def test_arrays_and_arguments_arrive_as_they_were_sent(
    ask: Callable[..., Any], request_for: Callable[..., Request]
) -> None:
    (answer,) = ask("names_what_it_was_given", request_for(stride=(1, 2), padding="same", groups=True))
    expected = {"stride": (1, 2), "padding": "same", "groups": True}
    assert answer == Rejected("ValueError", repr(((1, 1, 2, 2), (1, 1, 1, 1), None, expected)))


def test_arrays_are_dense_writable_and_aligned(ask: Callable[..., Any], request_for: Callable[..., Request]) -> None:
    (answer,) = ask("tells_how_its_arrays_lie", request_for())
    assert answer.arrays[0].tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16", "longdouble"])
@pytest.mark.parametrize("shape", [(0, 1, 2, 2), (2, 3), (1, 1, 3, 5)], ids=str)
def test_a_result_comes_back_bit_by_bit(ask: Callable[..., Any], dtype: str, shape: tuple[int, ...]) -> None:
    import ml_dtypes

    dtype = ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype
    array = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape).astype(dtype)
    array.flat[:1] = np.nan
    (answer,) = ask("echoes_the_input", Request("conv2d", {}, {"input": array, "weight": np.ones(1)}))
    (result,) = answer.arrays
    assert result is not None
    assert (result.dtype, result.shape, result.tobytes()) == (array.dtype, shape, array.tobytes())
    assert answer.observed == ()
    assert answer.seconds > 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("returns_big_endian", np.arange(4, dtype=">f4").reshape(1, 1, 2, 2)),
        ("returns_integers_of_another_shape", np.arange(6).reshape(1, 2, 3)),
        ("returns_no_axes", np.array(7.0)),
        ("returns_fortran_order", np.arange(6.0).reshape(2, 3)),
        ("returns_a_read_only_broadcast", np.full((1, 1, 2, 2), 3, np.float32)),
        ("warns", np.full((1, 1, 2, 2), np.nan, np.float32)),
        ("reads_standard_input", None),
    ],
)
def test_a_result_is_reported_as_it_came(
    ask: Callable[..., Any],
    request_for: Callable[..., Request],
    name: str,
    expected: Array | None,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if expected is None:
        if "none" in request.node.callspec.params.values():
            pytest.skip("in process, standard input is the user's")
        expected = np.array([0.0])
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    (answer,) = ask(name, request_for())
    assert isinstance(answer, Result)
    (result,) = answer.arrays
    assert result is not None
    assert (result.dtype.str, result.shape) == (expected.dtype.str, expected.shape)
    np.testing.assert_array_equal(result, expected)


NOT_ARRAYS = {
    "returns_a_list": "a value of type list, not a NumPy array",
    "returns_nothing": "None, not a NumPy array",
    "returns_a_scalar": "a value of type float32, not a NumPy array",
    "returns_objects": "a NumPy array of dtype object, which is not numeric",
    "returns_text": "a NumPy array of dtype <U1, which is not numeric",
    "returns_truth_values": "a NumPy array of dtype bool, which is not numeric",
    "returns_records": "a NumPy array of dtype [('x', '<f4')], which is not numeric",
    "returns_a_masked_array": "a value of type MaskedArray, a subclass of numpy.ndarray, not a NumPy array",
    "returns_a_matrix": "a value of type matrix, a subclass of numpy.ndarray, not a NumPy array",
}


@pytest.mark.parametrize("name", NOT_ARRAYS)
def test_what_is_not_a_numeric_array_is_named(
    ask: Callable[..., Any], request_for: Callable[..., Request], name: str
) -> None:
    assert ask(name, request_for()) == [Broken("not-an-array", f"conv2d returned {NOT_ARRAYS[name]}")]


RAISED = {
    "raises_memory_error": Broken("memory", "conv2d ran out of memory: no room for 3 GiB"),
    "raises_system_exit": Broken("exit", "conv2d raised SystemExit, which refuses no call"),
    "raises_keyboard_interrupt": Broken("exit", "conv2d raised KeyboardInterrupt, which refuses no call"),
    "raises_an_interrupt_of_its_own": Rejected("Halted", "a stride of 0"),
    "raises_an_exit_of_its_own": Rejected("Quits", "a stride of 0"),
    "raises_not_implemented": Rejected("NotImplementedError", "no kernel for this"),
    "raises_a_skip": Rejected("Skip", "not today"),
    "raises_what_cannot_be_printed": Rejected("Unspeakable", "(the message could not be formed)"),
}


@pytest.mark.parametrize("name", RAISED)
def test_an_exception_is_an_answer_and_the_next_question_is_answered_too(
    ask: Callable[..., Any], request_for: Callable[..., Request], name: str
) -> None:
    assert ask(name, request_for(), request_for()) == [RAISED[name]] * 2


OBSERVED = {
    "returns_its_input": [("aliases-input", "the result shares memory with the input")],
    "returns_a_view_of_its_weight": [("aliases-input", "the result shares memory with the weight")],
    "changes_its_input": [("input-changed", "the call changed its input, first at index (0, 0, 1, 0)")],
    "changes_its_bias_and_raises": [("input-changed", "the call changed its bias, first at index (0)")],
    "writes_past_the_end_of_its_weight": [
        (
            "guard-changed",
            "the call wrote 1 bytes outside of its arrays, the first of them 3 bytes past the end of its weight",
        )
    ],
    "writes_before_its_input": [
        (
            "guard-changed",
            "the call wrote 1 bytes outside of its arrays, the first of them before the start of its first array",
        )
    ],
}


@pytest.mark.parametrize("name", OBSERVED)
def test_what_the_call_did_besides_is_observed_each_time(
    ask: Callable[..., Any], request_for: Callable[..., Request], name: str
) -> None:
    request = request_for(bias=np.ones(1, np.float32))
    for answer in ask(name, request, request):
        assert [(item.kind, item.sentence) for item in answer.observed] == OBSERVED[name]


def test_what_lies_around_an_array_is_not_a_number(
    ask: Callable[..., Any], request_for: Callable[..., Request]
) -> None:
    (answer,) = ask("sums_what_lies_around_its_input", request_for())
    assert np.isnan(answer.arrays[0]).all()


CHANGED = Observation("output-changed", "the call changed the result of an earlier call")
SHARED = Observation("aliases-output", "the result shares memory with the result of an earlier call")


@pytest.mark.parametrize(
    ("name", "observed"),
    [
        ("returns_the_same_buffer_each_time", (CHANGED, SHARED)),
        ("returns_the_same_values_each_time", (SHARED,)),
        ("changes_its_earlier_result", (CHANGED,)),
        ("zeros", ()),
    ],
)
def test_the_memory_of_an_earlier_result_is_watched(
    ask: Callable[..., Any], request_for: Callable[..., Request], name: str, observed: tuple[Observation, ...]
) -> None:
    first, second, third = ask(name, *(request_for(value) for value in (1, 2, 3)))
    assert (first.observed, second.observed, third.observed) == ((), observed, observed)
    if name == "returns_the_same_buffer_each_time":
        assert [answer.arrays[0].flat[0] for answer in (first, second, third)] == [1, 2, 3]


def test_one_offence_is_observed_once(ask: Callable[..., Any], request_for: Callable[..., Request]) -> None:
    answers = ask("changes_its_earlier_result_when_the_input_is_one", *map(request_for, (0, 1, 0)))
    assert [answer.observed for answer in answers] == [(), (CHANGED,), ()]


def test_a_layer_is_asked_for_its_initial_values(ask: Callable[..., Any]) -> None:
    arguments: dict[str, Any] = {"in_channels": 2, "out_channels": 3, "kernel_size": (1, 2), "seed": 4}
    with_bias, without = ask(
        "layer", Request("initialize", arguments, {}), Request("initialize", {**arguments, "bias": False}, {})
    )
    weight, bias = with_bias.arrays
    assert (weight.shape, weight.flat[0], bias.tolist()) == ((3, 2, 1, 2), 4, [0, 0, 0])
    assert without.arrays[1] is None


def test_gradients_are_asked_for_with_and_without_a_bias(ask: Callable[..., Any]) -> None:
    arrays: dict[str, Any] = {
        "input": np.zeros(1),
        "weight": np.zeros(2),
        "bias": np.zeros(3),
        "grad_output": np.zeros(4),
    }
    with_bias, without = ask(
        "layer", Request("gradients", {"stride": 2}, arrays), Request("gradients", {}, {**arrays, "bias": None})
    )
    assert [array.tolist() for array in with_bias.arrays] == [[1], [1, 1], [1, 1, 1]]
    assert without.arrays[2] is None


def test_a_gradient_that_is_missing_is_named(ask: Callable[..., Any]) -> None:
    request = Request("gradients", {}, {})
    assert ask("forgets_a_gradient", request) == [
        Broken("not-an-array", "gradients, for the grad_input, returned None, not a NumPy array")
    ]
    assert ask("returns_two_gradients", request) == [
        Broken("not-an-array", "gradients returned a value of type list of 2, not grad_input, grad_weight, grad_bias")
    ]


def test_a_view_that_is_not_built_is_refused(ask: Callable[..., Any], request_for: Callable[..., Request]) -> None:
    request = Request("conv2d", {}, request_for().arrays, view="sideways")
    assert ask("zeros", request) == [Broken("protocol", "the view 'sideways' is not one that this version builds")]


def test_an_operation_that_is_not_claimed_is_the_callers_mistake(ask: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="zeros does not claim the operation 'gradients'"):
        ask("zeros", Request("gradients", {}, {}))


def test_who_answers_introduces_itself(target: Callable[[str], str]) -> None:
    with closing(connect(target("layer"))) as process, closing(connect(target("layer"), isolation="none")) as here:
        assert process.hello == here.hello
        assert (here.hello.name, here.hello.version, here.hello.language) == ("layer", "2", "python")
        assert here.hello.operations == ("conv2d", "initialize", "gradients")
        assert set(here.hello.environment) == {"python", "numpy", "platform"}


def test_an_import_of_the_reference_is_observed(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    expected = (Observation("imports-reference", "the implementation imports conv2d_reference"),)
    assert told(worker("imports_the_reference").ask(request_for())).observed == expected
    (found,) = told(worker("imports_the_suite").ask(request_for())).observed
    module = "conv2d_conformance.cases.geometry, a module of the suite that imports conv2d_reference"
    assert found == Observation("imports-reference", f"the implementation imports {module}")
    assert told(worker("zeros").ask(request_for())).observed == ()
