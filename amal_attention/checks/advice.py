"""Advice on what a student's code raises: for each known message, what is most often wrong, and what to do.

It is one table; its tests raise an error for each row, so that a message that changes is noticed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = ["NO_LIST", "TABLE", "advice", "message_of", "near_name"]

_ALIKE = 0.75  # share of letters that two names have in common where one may be the other, misspelt

_SUPER = "super().__init__() is missing: call it first in __init__, before anything is kept in self"
_NO_TENSOR_BUT_PAIR = (
    "a pair is used as if it was one tensor: unpack it first, as in result, weights = self.attention(x, mask), "
    "or states, _ = self.rnn(x)"
)
_NO_RETURN = (
    "what is used here is None: does the function that made it end with return? "
    "(sort and append change a list, and return None)"
)
_BOOL = "the mask is bool, and this needs numbers: mask.to(x.dtype)"
_NOT_BOOL = "a mask is bool, and its opposite is ~mask"
_SIGNATURE = (
    "it is not called with the arguments that it is defined with: compare them with the signature of the statement"
)
NO_LIST = "a list is no tensor: torch.stack(...) makes one of a list of tensors"
_NO_BATCH_FIRST = (
    "the texts come first, (B, L, D): batch_first=True in pack_padded_sequence, in the recurrent layer and in "
    "pad_packed_sequence"
)
_CLASSES = "there are more classes than columns of the logits: the last layer has num_classes of them"
_IN_PLACE = (
    "a tensor is changed in place (x[...] = ..., x += ..., a method whose name ends in _): make a new one instead"
)
_CUT = "the loss is cut off from the parameters: no detach, no item, no no_grad, and no torch.tensor(...) of a result"
_AXIS = "an axis is asked for that the tensor does not have: it has fewer axes than you think, print its shape"
_BATCH_WRITTEN = "a size is written into the code, or an axis is missing: take sizes from the input, B, L, D = x.shape"
_TARGET = "cross_entropy takes logits (B, C) and integer labels (B,)"
_PLACES = "an index must be an integer: int(...) makes one of a tensor of one number, tolist() a list of a tensor"

TABLE: tuple[tuple[str, str], ...] = (
    # Modules that are not begun, or not as Lightning reads them
    (r"before Module\.__init__\(\) call", _SUPER),
    (r"AttributeError: '\w+' object has no attribute '_(modules|parameters|buffers|\w*_hooks\w*)'", _SUPER),
    (
        r"missing the required \"?forward",
        "there is no method forward: is its name misspelt, or is it not inside the class?",
    ),
    (
        r"must be a `LightningModule`[^\n]* got `(?P<name>\w+)`",
        "Lightning trains a LightningModule: class {name}(LightningModule)",
    ),
    (
        r"No `(?P<method>\w+)\(\)` method defined",
        "Lightning finds no method {method}: is its name misspelt, or is it not inside the class?",
    ),
    (r"Unknown configuration for model optimizers", "configure_optimizers returns an optimiser: torch.optim.Adam(...)"),
    (r"'method' object is not", "a method is not called: its name is followed by brackets, as in self.parameters()"),
    (r"optimizer got an empty parameter list", "nothing learns: an nn.Parameter, or a layer, must be kept in self"),
    (r"as parameter '\w+' \(torch\.nn\.Parameter or None", "a parameter is replaced by a tensor: nn.Parameter(...)"),
    (
        r"Expected more than 1 value per channel",
        "in training a text is read by itself: batch normalisation mixes the texts of a batch, LayerNorm does not",
    ),
    # Batches and pairs
    (
        r"too many values to unpack[^\n]*\n.*=\s*batch\b",
        "a batch has the fields tokens, mask and labels: batch.tokens, batch.mask, batch.labels",
    ),
    (r"too many values to unpack", "more values come than there are names on the left of the ="),
    (r"not enough values to unpack", "fewer values come than there are names on the left of the ="),
    (
        r"PackedSequence",
        "packed states are no tensor yet: states, _ = pad_packed_sequence(packed, batch_first=True) makes one of them",
    ),
    (r"must be Tensor, not list|'list' object has no attribute", NO_LIST),
    (r"must be Tensor, not tuple", _NO_TENSOR_BUT_PAIR),
    (r"not numpy\.ndarray", "numpy and torch do not mix: torch.from_numpy makes a tensor, or stay in torch"),
    (
        r"TypeError: (unsupported operand|can only concatenate|can't multiply)[^\n]*\b(tuple|list)\b",
        _NO_TENSOR_BUT_PAIR,
    ),
    (r"'tuple' object has no attribute", _NO_TENSOR_BUT_PAIR),
    (r"tuple indices must be", _NO_TENSOR_BUT_PAIR),
    # Values that are not there
    (r"NoneType", _NO_RETURN),
    (r"^UnboundLocalError", "this name is given its value later, or only on another branch of an if or a loop"),
    (
        r"^NameError",
        "its cell was not run, or ended in an error: run the cells above from the top; or is this name misspelt?",
    ),
    (
        r"^(Index|Key)Error: '\w+'",
        "this key is not in the dictionary: the values that an option has stand in the statement",
    ),
    (r"not attached to a `?Trainer", "self.trainer is there in training alone: do not use it elsewhere"),
    (
        r"AttributeError: '(?!Tensor|Parameter)(?P<owner>[A-Z]\w*)' object has no attribute '(?P<name>\w+)'",
        "{owner} has no {name}: is it set in __init__, with self.{name} = ..., or misspelt?",
    ),
    # Calls
    (
        r"TypeError: (?P<called>[\w.<>]+)\(\) missing \d+ required[^\n:]*: (?P<names>[^\n]+)",
        "{called} is called without {names}: compare the call with its signature",
    ),
    (r"TypeError: [\w.<>]+\(\) (takes|got)", _SIGNATURE),
    (r"'(Tensor|module)' object is not callable", "it is no function: a tensor is indexed with square brackets"),
    (r"^RecursionError", "a function calls itself without end"),
    # Recurrent layers and packed sequences
    (r"`lengths` array must be sorted", "texts come in any order: enforce_sorted=False in pack_padded_sequence"),
    (
        r"Length of all samples has to be greater than 0",
        "a text without words has length 0, which cannot be packed: lengths.clamp(min=1), and zeros for it in the end",
    ),
    (
        r"lengths.* 1D CPU int64|index_select\(\): Index is supposed to be a vector",
        "lengths are a tensor (B,) on the CPU: mask.sum(dim=1).cpu()",
    ),
    (
        r"input\.size\(-1\) must be equal to input_size",
        "this recurrent layer was made for another width: the first it is made with is that of what it reads",
    ),
    (r"For (un)?batched|Expected input to be 2D or 3D", "a recurrent layer reads (B, L, D) with batch_first=True"),
    (r"exceeds dimension size|out of DATA bounds|`len\(lengths\)` to be equal", _NO_BATCH_FIRST),
    # Types
    (r"not implemented for 'Bool'|could not infer output dtype|dtype, but got: bool|and bool\b", _BOOL),
    (r"operator, (with|on) a bool tensor|supports boolean masks|on integer and Boolean|'bitwise_not", _NOT_BOOL),
    (r"used as indices must be long", _NOT_BOOL),
    (
        r"'indices' to have one of the following scalar types",
        "an embedding takes the numbers of words, integers: batch.tokens as they are",
    ),
    (
        r"(same dtype|scalar type)[^\n]*\b(Long|Int|Half)\b",
        "numbers of two types meet: mask.to(x.dtype) has the type of x, and x stays as it is",
    ),
    (
        r"(same dtype|scalar type|dtype)[^\n]*(double|Double|float64)",
        "float64 meets float32: tensors made here take x.dtype, and numbers of numpy are float64",
    ),
    (r"without overflow", "-inf is put into a tensor of integers: scores are floats"),
    (
        r"same device|is not on the expected device|on cpu|is on cuda",
        "tensors made in forward go to the device of the input: device=x.device",
    ),
    (
        r"Boolean value of Tensor[^\n]*\n.*Loss\(",
        "a loss is made first, then called: nn.CrossEntropyLoss()(logits, labels), or F.cross_entropy(logits, labels)",
    ),
    (
        r"Boolean value of Tensor[^\n]*\n.*\b(not|and|or)\b",
        "not, and, or look at one value: for each number it is ~mask, first & second, first | second",
    ),
    (
        r"Boolean value of Tensor with more than one value",
        "an if looks at one value: .any() or .all(), or torch.where for each number",
    ),
    (
        r"only one element tensors[^\n]*\n.*\bmath\.",
        "functions of math take one number: torch has its own for whole tensors, torch.log(x) or x.log()",
    ),
    (r"cannot be converted to Scalar|only one element tensors", "item(), int and float take a tensor of one number"),
    # Targets and losses
    (r"probabilities, got Long|multi-target|match target batch_size|Target size [^\n]* must be the same", _TARGET),
    (
        r"`preds` and `target` should have the same shape",
        "a metric takes logits (B, C) and labels (B,): is an axis squeezed away, in a batch of one?",
    ),
    (r"`preds\.shape\[1\]` should be equal to number of classes", _CLASSES),
    (r"Target -?\d+ is out of bounds", _CLASSES),
    (r"implicitly created only for scalar", "a loss is one number: take the mean"),
    (
        r"called `self\.log\((?P<name>\w+), \.\.\.\)` twice",
        "{name} is logged already, by super() for instance: log it once",
    ),
    # Gradients
    (
        r"backward through the graph a second time",
        "a result of the step before is used again: compute it anew in each step, and keep none in self",
    ),
    (r"does not require grad and does not have a grad_fn", _CUT),
    (r"in-?place operation", _IN_PLACE),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "numpy knows no gradients: to look at it, x.detach(); to compute with it, stay in torch",
    ),
    (
        r"graph leaves\) support the deepcopy",
        "a result is kept in self from one call to the next: keep it in a variable",
    ),
    # Gradients written by hand
    (
        r"returned an incorrect number of gradients",
        "backward returns one gradient for each argument that forward has after ctx: None for a number",
    ),
    (
        r"save_for_backward can only save variables",
        "save_for_backward keeps tensors; a number is kept as it is: ctx.strength = strength",
    ),
    (
        r"[Ll]egacy autograd function",
        "forward and backward are static methods, @staticmethod, and the function is used by its apply",
    ),
    (
        r"cannot register a hook on a tensor that doesn't require gradient",
        "a hook needs a tensor that requires a gradient; and one on the argument itself sees all that reads it: hook "
        "another tensor, as x.view_as(x) is",
    ),
    # Sizes
    (r"selected index k out of range", "topk is asked for more than there are: k may be larger, min(k, len(tokens))"),
    (
        r"shapes cannot be multiplied \(\d+x(?P<came>\d+) and (?P<wide>\d+)x\d+\)",
        "a layer or a matrix for {wide} numbers is given {came}: its width is the out_features of what is before it, "
        "dim or that of its input, not a number written into the code",
    ),
    (
        r"got input \(\d+\), mat \(\d+x(?P<wide>\d+)\), vec \((?P<query>\d+)\)",
        "vectors of {wide} numbers meet a query of {query}: both are as wide as what is compared",
    ),
    (
        r"size of tensor a [^\n]*\n.*masked_fill",
        "scores and mask have one shape, (B, L): squeeze(-1) takes off an axis of length 1, unsqueeze(1) adds one",
    ),
    (
        r"size of tensor a [^\n]*\n.*(\* *(mask|weights)\b(?![.\[])|\b(mask|weights) *\*)",
        "(B, L) meets (B, L, D): mask.unsqueeze(-1) and weights.unsqueeze(-1) have the third axis that is missing",
    ),
    (
        r"size of tensor a \(\d+\) must match the size of tensor b",
        "two shapes do not fit: the axis that was summed over is gone, sum(dim=1, keepdim=True) keeps it, and "
        "unsqueeze gives one that is missing",
    ),
    (r"shape '[^']*' is invalid for input|expanded size of the tensor", _BATCH_WRITTEN),
    (
        r"batch2 tensor to be: \[(?P<batch>\d+), (?P<wide>\d+)\] but got: \[(?P=batch), (?P<query>\d+)\]",
        "vectors of {wide} numbers meet a query of {query}: both are as wide as what is compared",
    ),
    (
        r"batch2 tensor to be: \[(?P<batch>\d+), \d+\] but got: \[(?P<other>\d+), ",
        "a batch of {batch} meets one of {other}: is a batch size written into the code? Take it from the input, "
        "B, L, D = x.shape",
    ),
    (
        r"must be a 3D tensor|both arguments to matmul",
        "bmm multiplies (B, n, m) by (B, m, p): unsqueeze gives the axis that is missing",
    ),
    (r"einsum\(\)", "each letter of einsum is an axis: as many as the tensor has, the same letter for the same size"),
    (
        r"Tensors must have same number of dimensions|tensor to be equal size|Sizes of tensors must match",
        "tensors that are joined agree in all axes but one",
    ),
    (r"Dimension out of range|dimension specified as", _AXIS),
    (r"shape of the mask \[", "a mask picks places of the first axes: its shape is theirs, (B, L) for (B, L, D)"),
    (
        r"tuple index out of range",
        "a shape has fewer axes than are asked for: are these tokens (B, L), in place of their vectors (B, L, D)?",
    ),
    (r"index out of range in self", "a token is no row of the embeddings: the whole table of vectors must be kept"),
    (r"indices must be integers|converted to an index", _PLACES),
    (
        r"IndexError: (list )?index [^\n]*out of (range|bounds)",
        "there are fewer than this place: what if the text is short?",
    ),
    (r"^ZeroDivisionError", "a text may have no word: the divisor is at least 1"),
)
"""What an exception says, as a regular expression over its class, its message and the student's line below it; and
what to do, with the named groups of the first in its braces. The first row that fits counts."""

_PATTERNS = tuple((re.compile(pattern), told) for pattern, told in TABLE)


def advice(error: Exception, line: str = "") -> str:
    """What to do about an exception; empty where nothing is known of it.

    Args:
        error: what was raised.
        line: the student's line that raised it.

    >>> advice(NameError("name 'x' is not defined"))
    'its cell was not run, or ended in an error: run the cells above from the top; or is this name misspelt?'
    """
    seen = f"{type(error).__name__}: {message_of(error)}\n{line}"
    for pattern, told in _PATTERNS:
        match = pattern.search(seen)
        if match:
            return told.format(**match.groupdict())
    return ""


def near_name(error: NameError, known: Iterable[str]) -> str:
    """Which of the names that are known there a missing one is most like; empty where none is."""
    name = str(error.name)
    near = difflib.get_close_matches(name, sorted(set(known) - {name}), 1, _ALIKE)
    return f"there is no {name}: is {near[0]} meant?" if near else ""


def message_of(error: Exception) -> str:
    """The first line of what an exception says; empty if it says nothing, or cannot."""
    try:
        return (str(error).strip().splitlines() or [""])[0]
    except Exception:
        return ""
