"""IREE's convolution, compiled for the CPU.

Options: `input`, by IREE's name of the dialect (stablehlo: `stablehlo.convolution`, of the shapes of a call; torch:
`torch.aten.convolution`, whose sizes are open); `backend` (llvm-cpu, which compiles for this machine; vmvx, IREE's own
interpreter, which has no 16 bits).

Compiling takes some 0.4 s of a core, at every level of optimisation, so what is compiled is kept, by the text of its
module, which no data are in. With static shapes most calls of a run have a module of their own; with open sizes a third
of those is needed, and each takes a third longer. The runtime takes every array, and copies it.
"""

from functools import cache
from importlib.metadata import version
from typing import Any

from iree import runtime
from iree.compiler.api import Output, Session, Source

from conv2d_adapters.caches.by_text import Kept
from conv2d_adapters.iree_modules import stablehlo, torch
from conv2d_adapters.options.reading import one_of
from conv2d_conformance.adapter import VIEWS, Adapter, Capabilities

MODULES = {"stablehlo": stablehlo.module, "torch": torch.module}
SAID = {"stablehlo": "stablehlo.convolution", "torch": "torch.aten.convolution of any sizes"}
COMPOSED = {"stablehlo": {"bias": "stablehlo.add"}, "torch": {}}
CLAIMED = {"llvm-cpu": {"float32", "float64", "float16", "bfloat16"}, "vmvx": {"float32", "float64"}}
CONFIG = runtime.Config("local-sync")


@cache
def session(backend: str, dialect: str) -> Any:
    made = Session()
    made.set_flags(
        "--iree-hal-target-device=local",
        f"--iree-hal-local-target-device-backends={backend}",
        "--iree-llvmcpu-target-cpu=host",
        f"--iree-input-type={dialect}",  # which is not searched for, and saves a tenth of the time
        "--iree-input-demote-f64-to-f32=false",
    )
    return made


@Kept
def compiled(backend: str, dialect: str, source: str) -> Any:
    opened, bytecode = session(backend, dialect), Output.open_membuffer()
    invocation = opened.invocation()
    invocation.parse_source(Source.wrap_buffer(opened, source.encode() + b"\0"))
    invocation.execute()
    invocation.output_vm_bytecode(bytecode)
    module = runtime.VmModule.copy_buffer(CONFIG.vm_instance, bytes(bytecode.map_memory()))
    return runtime.load_vm_module(module, CONFIG)["conv"]


def configure(input: str = "stablehlo", backend: str = "llvm-cpu") -> Adapter:
    dialect, dtypes = one_of(MODULES, input=input), CLAIMED[one_of(CLAIMED, backend=backend)]

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        source = MODULES[dialect](input, weight, bias, **attributes)
        result = compiled(backend, dialect, source)(*(array for array in (input, weight, bias) if array is not None))
        return result.to_host().copy()  # the memory of `to_host` ends with its array, though views of it are left

    return Adapter(
        name="iree",
        version=version("iree-base-compiler"),
        description=f"{SAID[dialect]}, compiled by IREE for the CPU by {backend}",
        conv2d=conv2d,
        configure=configure,
        composed=COMPOSED[dialect],
        capabilities=Capabilities(dtypes=dtypes, views=frozenset(VIEWS), non_finite=True, deterministic=True),
    )


adapter = configure()
