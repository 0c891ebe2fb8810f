"""What may be wrong with the adapter itself: hints that need no further call."""

from __future__ import annotations

from conv2d_conformance.contract.answers import Answer, Broken, Rejected
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.question import Question


def takes_other_arrays(answer: Rejected) -> bool:
    """Whether a function refuses NumPy arrays as such: it wants those of a framework, or their methods."""
    return answer.type in ("TypeError", "AttributeError") and "numpy.ndarray" in answer.message


def hint(question: Question, answer: Answer, fault: Fault) -> str:
    """What to check in the adapter, in one clause; empty where nothing is known."""
    signature = question.case.signature
    match answer:
        case Broken(kind="not-an-array"):
            what = "a NumPy array" if len(signature.returns) == 1 else "NumPy arrays"
            return f"{signature.name} must return {what}: convert with .numpy() or np.asarray(), and return the result"
        case Broken(kind="timeout"):
            return "a first call may compile; allow it more with --timeout SECONDS"
        case Broken() | Rejected() if question.illegal_because is not None:
            return ""
        case Rejected() if takes_other_arrays(answer):
            return "it was given NumPy arrays; a function on tensors is a target with ?arrays=torch (docs/targets.md)"
        case Rejected(type="TypeError"):
            arrays = ", ".join(signature.arrays).removesuffix("bias")
            optional = "bias=None" if signature.arrays[-1] == "bias" else ""
            call = f"{signature.name}({arrays}{optional}, *, stride, padding, dilation, groups)"
            return f"{call} gets the last four by name"
        case Rejected(type="NotImplementedError"):
            return "what the adapter cannot do must not be claimed in its capabilities"
        case Broken() | Rejected():
            return ""
    outputs = [output for output in answer.arrays if output is not None]
    if not outputs or question.illegal_because is not None:
        return ""
    match fault.aspect:
        case "dtype":
            return "the result must have the dtype of the input; is something promoted on the way?"
        case "shape":
            return _about_shape(outputs[0].shape, question.shape) if signature.name == MAIN else ""
    if any(output.any() for output in outputs):
        return ""
    return "the result is zero throughout: is it copied back before it is returned?"


def _about_shape(got: tuple[int, ...], right: tuple[int, ...]) -> str:
    """What the shape of an output of conv2d looks like."""
    if len(right) == 4 and len(got) == 4:
        N, M, OH, OW = right
        if got == (N, OH, OW, M):
            return "is the result laid out as NHWC? It must be (N, M, OH, OW)"
        if got == (N, M, OW, OH):
            return "are height and width swapped? It must be (N, M, OH, OW)"
        if got == (M, N, OH, OW):
            return "are the batch and the output channels swapped? It must be (N, M, OH, OW)"
    if len(right) == 4 and got == right[1:]:
        return "the batch axis is missing"
    if len(got) == len(right) and got[:-2] == right[:-2]:
        return "the size is wrong: are stride, padding and dilation passed on?"
    return ""
