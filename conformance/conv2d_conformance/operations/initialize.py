"""The initial parameters of a fresh layer, which are drawn at random."""

from __future__ import annotations

from conv2d_conformance.cases.layer_case import EXAMPLE, FIRST_WORD, format_case, parse
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.operations.operation import LineGrammar, Operation

INITIALIZE = Operation(
    SIGNATURES["initialize"],
    title="initialize",
    example=EXAMPLE,
    observed={
        **dict.fromkeys(("aliases-output", "aliases-itself", "output-changed"), "initialisation.results-independent"),
        "state-changed": "determinism.global-state-unchanged",
    },
    elementwise=None,
    lines=LineGrammar(
        FIRST_WORD,
        canonical=lambda line: format_case(parse(line)),
        requests=lambda line: parse(line).requests,
    ),
)
