"""The translation to a model of one operator, or of two."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from conv2d_adapters import litert as adapted
from conv2d_conformance.forms.form_error import FormError


@pytest.mark.parametrize(("padding", "operators"), [((0, 0), 1), ((0, 1), 2), ("same", 1), ("valid", 1)])
def test_only_padding_in_numbers_has_an_operator_of_its_own(padding: object, operators: int) -> None:
    options = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    weight, bias = np.ones((1, 2, 2, 1), np.float32), np.zeros(1, np.float32)
    content = adapted.model((1, 3, 4, 1), weight, bias, padding, options)
    kernels = OpResolverType[adapted.KERNELS["builtin"]]
    interpreter = Interpreter(None, content, experimental_op_resolver_type=kernels)
    assert [found["op_name"] for found in interpreter._get_ops_details()] == ["PAD", "CONV_2D"][2 - operators :]


def test_kernels_that_there_are_not_are_told() -> None:
    with pytest.raises(FormError, match="kernels is default, builtin, reference, not 'fast'"):
        adapted.make("fast")
