"""IREE's `stablehlo.convolution`, compiled for the CPU.

Option: `backend` (llvm-cpu, which compiles for this machine; vmvx, IREE's own interpreter, which has no 16 bits).

It has no bias, which is added by `stablehlo.add`. StableHLO has the type of the result written down, and the compiler
refuses one that does not follow from the call. Compiling takes some 0.4 s of a core, at every level of optimisation, so
what is compiled is kept; the key is the configuration (shapes, dtypes and arguments), never the data. Most cases of a
run have a configuration of their own. The runtime takes every array, and copies it.
"""

from functools import cache
from importlib.metadata import version
from typing import Any

from iree import runtime
from iree.compiler.api import Output, Session, Source

from conv2d_adapters.caches.by_text import Kept
from conv2d_adapters.options.reading import one_of
from conv2d_conformance.adapter import VIEWS, Adapter, Capabilities

TYPES = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16"}
CLAIMED = {"llvm-cpu": set(TYPES), "vmvx": {"float32", "float64"}}
CONFIG = runtime.Config("local-sync")


@cache
def session(backend: str) -> Any:
    made = Session()
    made.set_flags(
        "--iree-hal-target-device=local",
        f"--iree-hal-local-target-device-backends={backend}",
        "--iree-llvmcpu-target-cpu=host",
        "--iree-input-type=stablehlo",  # which is not searched for, and saves a tenth of the time
        "--iree-input-demote-f64-to-f32=false",
    )
    return made


def text(types: list[str], output: str, stride: Any, padding: Any, dilation: Any, groups: int) -> str:
    pads = ", ".join(f"[{amount}, {amount}]" for amount in padding)
    window = f"stride = {[*stride]}, pad = [{pads}], rhs_dilate = {[*dilation]}"
    counts = f"batch_group_count = 1 : i64, feature_group_count = {groups} : i64"
    lines = [
        "%y = stablehlo.convolution(%p0, %p1) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], "
        f"window = {{{window}}} {{{counts}}} : ({types[0]}, {types[1]}) -> {output}",
        *(f"%b = stablehlo.broadcast_in_dim %p2, dims = [1] : ({bias}) -> {output}" for bias in types[2:]),
        *(f"%z = stablehlo.add %y, %b : {output}" for _ in types[2:]),
        f"return {'%z' if types[2:] else '%y'} : {output}",
    ]
    parameters = ", ".join(f"%p{place}: {kind}" for place, kind in enumerate(types))
    return f"module @library {{ func.func @conv({parameters}) -> {output} {{\n" + "\n".join(lines) + "\n} }"


@Kept
def compiled(backend: str, types: tuple[str, ...], output: str, **attributes: Any) -> Any:
    opened, bytecode = session(backend), Output.open_membuffer()
    source, invocation = text([*types], output, **attributes), opened.invocation()
    invocation.parse_source(Source.wrap_buffer(opened, source.encode() + b"\0"))
    invocation.execute()
    invocation.output_vm_bytecode(bytecode)
    module = runtime.VmModule.copy_buffer(CONFIG.vm_instance, bytes(bytecode.map_memory()))
    return runtime.load_vm_module(module, CONFIG)["conv"]


def tensor(shape: Any, dtype: Any) -> str:
    return f"tensor<{'x'.join(map(str, shape))}x{TYPES[dtype.name]}>"


def configure(backend: str = "llvm-cpu") -> Adapter:
    dtypes = CLAIMED[one_of(CLAIMED, backend=backend)]

    def conv2d(
        input: Any, weight: Any, bias: Any = None, *, stride: Any, padding: Any, dilation: Any, **by: Any
    ) -> Any:
        arrays = [array for array in (input, weight, bias) if array is not None]
        axes = zip(input.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
        sizes = [(size + 2 * pad - step * (taps - 1) - 1) // move + 1 for size, taps, move, pad, step in axes]
        output = tensor((len(input), len(weight), *sizes), input.dtype)
        types = tuple(tensor(array.shape, array.dtype) for array in arrays)
        by |= {"stride": stride, "padding": padding, "dilation": dilation}
        result = compiled(backend, types, output, **by)(*arrays)
        return result.to_host().copy()  # the memory of `to_host` ends with its array, though views of it are left

    return Adapter(
        name="iree",
        version=version("iree-base-compiler"),
        description=f"stablehlo.convolution, compiled by IREE for the CPU by {backend}",
        conv2d=conv2d,
        configure=configure,
        composed={"bias": "stablehlo.add"},
        capabilities=Capabilities(dtypes=dtypes, views=frozenset(VIEWS), non_finite=True, deterministic=True),
    )


adapter = configure()
