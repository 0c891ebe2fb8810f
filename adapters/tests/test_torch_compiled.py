"""An adapter that compiles answers with what compiled code computed, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch._dynamo

from conv2d_adapters import torch as functional
from conv2d_adapters import torch_layer as layer
from conv2d_adapters.pytorch import compiled as module
from conv2d_adapters.pytorch.compiled import UNCOMPILED, compiled, require_back_end
from conv2d_adapters.pytorch.options import read
from conv2d_conformance import Adapter
from conv2d_conformance.contract.answers import Broken
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.implementation.calling import make_call

SETTINGS = read(compile="eager")
MORE_THAN_PYTORCH_COMPILES = 12


def doubled(x: Any, factor: int = 2) -> Any:
    return x * factor


def test_every_kind_of_call_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = []

    def back_end(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph

    monkeypatch.setattr(torch._dynamo, "lookup_backend", lambda _: back_end)
    call = compiled(doubled, "mine")
    for size in range(2, MORE_THAN_PYTORCH_COMPILES):
        assert call(torch.ones(size), factor=3).tolist() == [3] * size
        assert len(graphs) == size - 1
    call(torch.ones(2), factor=3)
    assert len(graphs) == MORE_THAN_PYTORCH_COMPILES - 2


def test_a_function_that_is_called_as_it_is_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)  # as PyTorch gives up, without a word
    assert compiled(doubled, "eager")(torch.ones(2)) is UNCOMPILED
    outcome = make_call(functional.make(SETTINGS).conv2d, "conv2d", [np.ones((1, 1, 2, 2), np.float32)] * 2, {})[1]
    assert outcome == Broken("not-an-array", f"conv2d returned {UNCOMPILED.wrong}")
    with pytest.raises(FormError, match=r"^compile=eager compiles nothing here: torch.compile is turned off"):
        require_back_end("eager", "cpu")


def test_the_reason_is_the_one_behind_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def back_end(*_: Any) -> Any:
        raise RuntimeError("no compiler for abacuses:\nbuy one")

    monkeypatch.setattr(torch._dynamo, "lookup_backend", lambda _: back_end)
    with pytest.raises(FormError) as caught:
        require_back_end("inductor", "cpu")
    assert caught.value.sentence == "compile=inductor compiles nothing here: no compiler for abacuses"
    assert caught.value.hint == module.HINT


@pytest.mark.parametrize("found", [functional.make(SETTINGS), layer.make(SETTINGS)], ids=lambda found: found.name)
def test_compiled_calls_answer_as_others(found: Adapter) -> None:
    x, w, b = (np.ones(shape, np.float32) for shape in ((2, 2, 4, 5), (3, 2, 2, 2), (3,)))
    assert (found.conv2d(x, w, b, stride=(1, 2), padding=(0, 1)) == 1 + 8.0).sum() == 2 * 3 * 3 * 2
    gradients: Any = found.gradients
    by_input, by_weight, by_bias = gradients(x, w, b, np.ones((2, 3, 3, 4), np.float32))
    assert (by_input.max(), by_weight.max(), by_bias.tolist()) == (12, 24, [24] * 3)
    with pytest.raises(RuntimeError, match="negative padding"):
        found.conv2d(x, w, b, padding=-1)
    assert found.description.endswith("on cpu, compiled by eager")
