"""How the memory of arrays is watched, in the worker and on a device alike."""

GUARD = 4096
"""Bytes before and behind every array that nobody may write to.

A choice. A page holds a whole row, or a whole tile of vectors, beside the arrays of the small cases that show a stray
write. A write further away is not seen.
"""

ALIGNMENT = 64
"""In bytes. That of a cache line, and of the widest vectors: libraries take aligned arrays on their fastest path."""

KEPT_RESULTS = 4
"""The number of earlier results that each call is watched not to change.

A choice: a library that uses the memory of its results again mostly does so at once, or in turn between few buffers.
Each call costs a comparison with all of them.
"""

KEPT_BYTES = 1 << 20
"""The largest result that is kept. A choice: larger ones would cost each call more than the call itself."""
