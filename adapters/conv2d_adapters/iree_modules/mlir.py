"""What the modules of all dialects have in common: the names of the elements, and the function around the lines."""

ELEMENTS = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16"}


def function(types: list[str], output: str, lines: list[str]) -> str:
    """The text of a module with one function, whose parameters are `%p0`, `%p1` and so on."""
    parameters = ", ".join(f"%p{place}: {kind}" for place, kind in enumerate(types))
    return f"module @library {{ func.func @conv({parameters}) -> {output} {{\n" + "\n".join(lines) + "\n} }"
