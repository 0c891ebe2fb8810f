import os
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.framing import MAX_HEADER, Incoming, ProtocolError, advance, encode

DTYPES = ["float16", "float32", "float64", "int8", "uint64", "complex64", "longdouble", ml_dtypes.bfloat16]


def received(data: bytes, *, limit: int = 1 << 20, piece: int = 1 << 16) -> Incoming:
    """What comes of these bytes when they arrive `piece` by `piece`."""
    message = Incoming(limit)
    source, sink = os.pipe()
    try:
        for start in range(0, len(data), piece):
            os.write(sink, data[start : start + piece])
            message.read_from(source)
    finally:
        os.close(source)
        os.close(sink)
    return message


def there_and_back(*arrays: Array | None, **options: Any) -> list[Any]:
    return received(b"".join(encode({"op": "x"}, [("a", array) for array in arrays])), **options).arrays


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: np.dtype(dtype).name)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1,), (2, 3, 4)], ids=str)
def test_an_array_arrives_as_it_was_sent(dtype: str | type[Any], shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    (arrived,) = there_and_back(array)
    assert (arrived.dtype, arrived.shape, arrived.tobytes()) == (array.dtype, shape, array.tobytes())


def test_the_order_of_bytes_is_kept_and_the_wire_is_little_endian() -> None:
    array = np.arange(3, dtype=">f4")
    (arrived,) = there_and_back(array)
    assert arrived.dtype.str == ">f4"
    assert arrived.tobytes() == array.tobytes()
    assert encode({}, [("a", array)])[1] == array.astype("<f4").tobytes()


def test_the_layout_of_memory_is_not_part_of_a_message() -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    for view in (array.T, array[:, ::-1], np.asfortranarray(array), np.broadcast_to(array[0], (5, 3, 4))):
        (arrived,) = there_and_back(view)
        np.testing.assert_array_equal(arrived, view)


def test_none_has_an_entry_and_no_bytes() -> None:
    one, none, two = there_and_back(np.ones(2), None, np.zeros(1))
    assert none is None
    assert (one.tolist(), two.tolist()) == ([1, 1], [0])


@pytest.mark.parametrize("piece", [1, 7, 100])
def test_a_message_may_arrive_in_pieces(piece: int) -> None:
    arrays = there_and_back(np.arange(50.0), np.zeros(0), np.arange(3, dtype="f4"), piece=piece)
    assert [array.tolist() for array in arrays] == [list(range(50)), [], [0, 1, 2]]


def test_a_message_is_incomplete_until_its_last_byte() -> None:
    data = b"".join(encode({"op": "x"}, [("a", np.arange(5.0))]))
    assert not received(data[:-1]).complete
    assert received(data).complete


def test_advance_skips_whole_buffers() -> None:
    buffers = [memoryview(b"abc"), memoryview(b"de"), memoryview(b"f")]
    assert [advance(buffers, n) for n in (0, 3, 4, 6)] == [buffers, [b"de", b"f"], [b"e", b"f"], []]


def entry(**changes: Any) -> Any:
    return {"dtype": "float32", "shape": [1], **changes}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"Loading the model ...\n", "expected one line of JSON, got 'Loading the model ...'"),
        (b"\n", "expected one line of JSON, got ''"),
        (b"[1]\n", "expected a JSON object, got '[1]'"),
        (b"[" * 10_000 + b"\n", "expected one line of JSON, got '" + "[" * 80 + "'..."),
        (b"\xff\n", "expected one line of JSON, got '\ufffd'"),
        (b'{"op":"x"}\nabc', "3 bytes follow the message that belong to none of its arrays"),
        (b'{"arrays":{}}\n', '"arrays" must be a list of at most 8 entries'),
        (b'{"arrays":[1]}\n', 'an entry of "arrays" must be an object or null, not 1'),
        (b'{"arrays":[{"dtype":"float32"}]}\n', "None is not a shape"),
        (b'{"arrays":[{"dtype":"float32","shape":[-1]}]}\n', "[-1] is not a shape"),
        (b'{"arrays":[{"dtype":"float32","shape":[true]}]}\n', "[True] is not a shape"),
        (b'{"arrays":[{"dtype":"float32","shape":[1.5]}]}\n', "[1.5] is not a shape"),
        (b'{"arrays":[{"dtype":"object","shape":[1]}]}\n', "'object' is not the name of a numeric dtype"),
        (b'{"arrays":[{"dtype":"bool","shape":[1]}]}\n', "'bool' is not the name of a numeric dtype"),
        (b'{"arrays":[{"dtype":"f4","shape":[1]}]}\n', "'f4' is not the name of a numeric dtype"),
        (b'{"arrays":[{"dtype":[],"shape":[1]}]}\n', "[] is not the name of a numeric dtype"),
    ],
)
def test_what_is_no_message_is_named(line: bytes, sentence: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        received(line)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("shape", [[1 << 18], [10**30], [0, 10**30], [1 << 40, 1 << 40]])
def test_nothing_is_allocated_beyond_the_limit(shape: list[int]) -> None:
    line = f'{{"arrays":[{{"dtype":"float64","shape":{shape}}}]}}\n'.encode()
    with pytest.raises(ProtocolError, match="larger than 1048576 bytes"):
        received(line)


def test_the_limit_is_for_all_arrays_together() -> None:
    half = np.zeros(1 << 16)
    assert len(there_and_back(half, half, piece=1 << 15)) == 2
    with pytest.raises(ProtocolError, match="larger than 1048576 bytes"):
        there_and_back(half, half, np.zeros(1))


def test_a_line_without_an_end_is_cut_off() -> None:
    with pytest.raises(ProtocolError, match=f"longer than {MAX_HEADER} bytes"):
        received(b" " * (MAX_HEADER + (1 << 16)))


def test_a_header_refuses_what_json_does_not_have() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode({"stride": float("nan")})
