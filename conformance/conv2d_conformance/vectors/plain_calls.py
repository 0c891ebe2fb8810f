"""What the formats of others can say: a legal call on dense arrays with a batch, and zeros around the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from conv2d_conformance.vectors.index import VectorGeometry
from conv2d_conformance.vectors.made_vector import MadeVector


def plain_calls(vectors: Iterable[MadeVector], dtypes: Sequence[str]) -> Iterator[tuple[MadeVector, VectorGeometry]]:
    """The vectors of these dtypes that any format can say, with their geometry."""
    for vector in vectors:
        told, g = vector.told, vector.told.geometry
        if g is not None and g.n and g.padding_mode == "zeros" and told.view is None and told.dtype in dtypes:
            yield vector, g
