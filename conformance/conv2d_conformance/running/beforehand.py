"""What must hold of the claims and of the named shapes before anything is asked."""

from __future__ import annotations

from conv2d_conformance.cases.shape_sets import shapes_of
from conv2d_conformance.contract.answers import Hello
from conv2d_conformance.implementation.host import takes_files
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.claims import require_calls_inside
from conv2d_conformance.verdict.large_question import require_one_inside
from conv2d_conformance.verdict.room import require_memory


def require_answerable(hello: Hello, options: Options) -> None:
    """LimitsOfNothing, CaseError or TooLarge where calls, or the named shapes, cannot be asked of an implementation."""
    shapes = shapes_of(options.shapes)
    require_calls_inside(hello.capabilities)
    require_one_inside(shapes, hello.capabilities)
    by_file = takes_files(options.target, options.isolation)
    require_memory(shapes, hello, options.profile, options.memory_limit, by_file=by_file)
