"""The text of a script that shows that the values of fresh layers break their law."""

from __future__ import annotations

from conv2d_conformance.cases.layer_case import LayerCase, format_case
from conv2d_conformance.implementation.target import Target
from conv2d_conformance.initialisation.law import layer_law
from conv2d_conformance.reproducer.script_head import head, imports, loading, require_python

IMPROBABLE = 1e-9
"""A script calls right values wrong with at most this probability, by the inequality that it quotes."""

_DRAWING = """\
values = []
for seed in {seeds}:
    weight, bias = initialize(*{layer}, **{attributes}, dtype={dtype!r}, seed=seed)
    for name, array, shape in (('weight', weight, {weight}), ('bias', bias, {bias})):
        if (None if array is None else array.shape) != shape:
            sys.exit(f'wrong: the {{name}} is {{array if array is None else array.shape}}, required {{shape}}')
        if array is not None:
            if array.dtype.name != {dtype!r}:
                sys.exit(f'wrong: the {{name}} is {{array.dtype.name}}, required {dtype}')
            values.append(array.astype(np.float64).ravel() / {bound!r})
values = np.sort(np.concatenate(values))
if not (np.abs(values) <= {limit!r}).all():
    sys.exit(f'wrong: a value of {{values[np.abs(values).argmax()]}} times sqrt(k), required -1 to 1, uniformly')

# By the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart, n independent uniform values have a distribution that
# is further than d from the uniform one with a probability of at most 2 exp(-2 n d^2).
count = len(values)
uniform = (values + 1) / 2
steps = np.arange(count + 1) / count
distance = max((steps[1:] - uniform).max(), (uniform - steps[:-1]).max()) - {slack!r}
probability = 2 * np.exp(-2 * count * max(distance, 0) ** 2)
if probability < {improbable!r}:
    sys.exit(f'wrong: {{count}} values, with a probability of {{probability:.2g}} at most if they are uniform')
print('right, as far as one distribution tells')"""


def script_of_layers(case: LayerCase, target: Target) -> str:
    """The script. It checks the shapes, the dtype, the range, and the distribution of all values together.

    It does not check whether values depend on each other, or on their seed.
    """
    require_python(target)
    request, law = case.requests[0], layer_law(case)
    arguments = dict(request.arguments)
    layer = tuple(arguments.pop(name) for name in ("in_channels", "out_channels", "kernel_size"))
    dtype = arguments.pop("dtype")
    del arguments["seed"]
    drawing = _DRAWING.format(
        seeds=list(case.seeds),
        layer=layer,
        attributes=arguments,
        dtype=dtype,
        weight=case.weight_shape,
        bias=(case.M,) if case.bias else None,
        bound=law.bound,
        limit=law.limit,
        slack=law.slack,
        improbable=IMPROBABLE,
    )
    needed = imports(target, dtypes=[{"weight": dtype}])
    return "\n\n".join((head(format_case(case), target), needed, loading(target, ["initialize"]), drawing)) + "\n"
