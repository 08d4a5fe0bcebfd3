"""Another function of the same kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["another_function"]

_OTHERS = {
    "Adam": ("SGD", "RMSprop"),
    "GRU": ("LSTM",),
    "GRUCell": ("LSTMCell",),
    "LSTM": ("GRU",),
    "LSTMCell": ("GRUCell",),
    "amax": ("amin", "mean"),
    "argmax": ("argmin",),
    "argsort": ("sort",),
    "cross_entropy": ("nll_loss", "multi_margin_loss"),
    "log": ("log2", "log1p"),
    "max": ("min",),
    "mean": ("sum", "amax"),
    "min": ("max",),
    "nanmean": ("nansum", "nanmedian"),
    "softmax": ("log_softmax", "sigmoid"),
    "sorted": ("list",),
    "sum": ("mean", "amax"),
    "tiny": ("eps", "max"),
    "xavier_uniform_": ("zeros_",),
}


def another_function(node: ast.AST) -> Iterator[str]:
    """``x.sum(dim=1)`` -> ``x.mean(dim=1)``, ``torch.log(x)`` -> ``torch.log2(x)``, ``nn.GRU`` -> ``nn.LSTM``."""
    if isinstance(node, ast.Attribute):
        for other in _OTHERS.get(node.attr, ()):
            yield f"({ast.unparse(node.value)}).{other}"
    if isinstance(node, ast.Name):
        yield from _OTHERS.get(node.id, ())
