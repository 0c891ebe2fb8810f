"""The index of a folder of vectors: all that is not an array. Its fields are the format, and so is their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FORMAT = 2
"""Of index.json and the files beside it. It grows by one with each change that an older reader would misread."""

STORED = {
    "float32": "as they are (<f4)",
    "float64": "as they are (<f8)",
    "float16": "as they are (<f2)",
    "bfloat16": "as bits in uint16 (<u2): the upper half of a float32; 0x7F80 is infinity, and what is above it NaN",
}

COMPARISON = (
    "An answer has the shape `output_shape` and the dtype of the input. It shares no memory with the arrays of the "
    "call, which stay as they were.",
    "An element is right if lower <= element <= upper, as numbers. -0 equals 0. There is no other tolerance.",
    "`special`, where it is stored, has a byte for each element: 1 where NaN is allowed, plus 2 where infinity is, "
    "plus 4 where -infinity is. Elsewhere none of them is right. Where lower and upper are NaN, no finite number is "
    "right. The sign and the payload of a NaN never count.",
    "`allowed` names the range of each grade, whose arrays in the file are lower.NAME, upper.NAME and special.NAME. "
    'Where it says "exact", the elements must equal `expected`: sums of small integers, single products and empty sums '
    "round once or never, whatever the order.",
    "`allowed_flushed` is for implementations that flush subnormals of the dtype to zero.",
    "`expected` is one right answer among those: the exact one, rounded to the dtype.",
    "Where `refused` is a sentence, the call must end in an error, and there is nothing to compare.",
)


@dataclass(frozen=True)
class VectorGeometry:
    """The call in numbers, whatever way its arguments are written. `n` is null for an input without a batch axis.

    pads: ((top, bottom), (left, right)), how many cells the padding mode adds.
    """

    n: int | None
    c: int
    h: int
    w: int
    m: int
    kh: int
    kw: int
    oh: int
    ow: int
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]
    groups: int
    padding_mode: str


@dataclass(frozen=True)
class Vector:
    """One call, and which answers to it are right.

    file: the arrays, as a .npz without compression. case: the line from which `conv2d-conformance replay` rebuilds it.
    requires: the sentence of the requirement. purpose: what the check does from which it comes. catches: faults for
    which it was chosen. features: what an implementation must be able to before it is asked. dtypes: of the arrays that
    are there. arguments: as they are passed; those that are missing have their default. view: how the arrays lie in
    memory, all or the one that is `viewed`. geometry, output_shape: null where the call must be `refused`.
    """

    name: str
    file: str
    case: str
    requirement: str
    level: str
    requires: str
    purpose: str
    catches: tuple[str, ...]
    features: tuple[str, ...]
    dtype: str
    dtypes: dict[str, str]
    arguments: dict[str, Any]
    view: str | None
    viewed: str | None
    geometry: VectorGeometry | None
    output_shape: tuple[int, ...] | None
    refused: str | None
    allowed: dict[str, str]
    allowed_flushed: dict[str, str]


@dataclass(frozen=True)
class VectorIndex:
    """A folder of test vectors.

    choice: SHA-256 of the case lines, the same on every machine. digest: of all vectors and arrays. checksums: SHA-256
    of each file with arrays. core: the features that everybody is asked for. default_grades: by dtype, where nobody
    claims another. also: the folders beside it, in formats of others, and how many vectors each has.
    """

    format: int
    suite: str
    edition: str
    edition_digest: str
    size: str
    choice: str
    digest: str
    checksums: dict[str, str]
    core: tuple[str, ...]
    features: tuple[str, ...]
    grades: dict[str, dict[str, str]]
    default_grades: dict[str, str]
    stored: dict[str, str]
    comparison: tuple[str, ...]
    also: dict[str, int]
    vectors: tuple[Vector, ...]
