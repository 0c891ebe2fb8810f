"""The translation to modules of two dialects, which are compiled for each configuration."""

from typing import Any

import ml_dtypes  # noqa: F401  # gives NumPy the dtype bfloat16
import numpy as np
import pytest

from conv2d_adapters import iree as adapted
from conv2d_conformance.forms.form_error import FormError
from conv2d_reference import correlate

CALL: dict[str, Any] = {"stride": (1, 1), "padding": (0, 1), "dilation": (1, 1), "groups": 1}


def image(*shape: int, dtype: str = "float32") -> Any:
    return (np.arange(np.prod(shape)) % 5).astype(dtype).reshape(shape)


def test_what_is_compiled_is_kept_by_configuration_and_not_by_data() -> None:
    conv2d = adapted.configure(backend="vmvx").conv2d
    assert conv2d is not None
    before = adapted.compiled.misses
    for value in (1, 2):
        weight = np.full((1, 1, 2, 2), value, np.float32)
        assert conv2d(np.ones((1, 1, 3, 3), np.float32), weight, **CALL)[0, 0, 0].tolist() == [
            2 * value,
            4 * value,
            4 * value,
            2 * value,
        ]
    assert adapted.compiled.misses - before == 1


def test_one_module_of_open_sizes_serves_every_shape_and_each_argument_has_its_own() -> None:
    conv2d = adapted.configure(input="torch").conv2d
    assert conv2d is not None
    before = adapted.compiled.misses
    for shape, taps in (((1, 2, 3, 4), (2, 3)), ((2, 3, 6, 5), (1, 2))):
        x, w, b = image(*shape), image(4, shape[1], *taps), image(4)
        assert np.array_equal(conv2d(x, w, b, **CALL), correlate.conv2d(x, w, b, **CALL))
    assert adapted.compiled.misses - before == 1
    x, w = image(2, 4, 7, 8), image(6, 2, 3, 2)
    call: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}
    assert np.array_equal(conv2d(x, w, **call), correlate.conv2d(x, w, None, **call))
    assert adapted.compiled.misses - before == 2


@pytest.mark.parametrize(
    ("dialect", "backend"), [("stablehlo", "llvm-cpu"), ("stablehlo", "vmvx"), ("torch", "llvm-cpu")]
)
def test_every_claimed_dtype_compiles(dialect: str, backend: str) -> None:
    adapter = adapted.configure(dialect, backend)
    assert adapter.conv2d is not None
    for dtype in adapter.capabilities.dtypes:
        one = np.ones((1, 1, 1, 1), dtype)
        result = adapter.conv2d(one, one, one[0, 0, 0], **CALL | {"padding": (0, 0)})
        assert (result.dtype.name, result.tolist()) == (dtype, [[[[2]]]])


def test_the_bias_belongs_to_the_operator_of_one_dialect_alone() -> None:
    assert adapted.configure().composed == {"bias": "stablehlo.add"}
    assert adapted.configure(input="torch").composed == {}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"backend": "cuda"}, "backend is llvm-cpu or vmvx, not 'cuda'"),
        ({"input": "tosa"}, "input is stablehlo or torch, not 'tosa'"),
    ],
)
def test_what_is_no_option_is_refused(options: dict[str, str], sentence: str) -> None:
    with pytest.raises(FormError, match=sentence):
        adapted.configure(**options)
