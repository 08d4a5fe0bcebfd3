"""Training and evaluation that are mixed up, and replies that differ between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import arguments, is_method, returned, with_body

__all__ = ["differs_while_training", "other_mode"]

_OTHER_MODE = {"train": "eval", "eval": "train"}


def other_mode(node: ast.AST) -> Iterator[str]:
    """``self.training`` -> ``True`` and ``not self.training``; ``x.train()`` -> ``x.eval()``."""
    match node:
        case ast.Attribute(value=value, attr="training"):
            yield "True"
            yield f"not {ast.unparse(value)}.training"
        case ast.Call(func=ast.Attribute(value=value, attr="train" | "eval" as mode), args=[]):
            yield f"({ast.unparse(value)}).{_OTHER_MODE[mode]}()"


def differs_while_training(node: ast.AST) -> Iterator[str]:
    """A method reads twice what it is handed while it trains, or drops numbers of it while it does not."""
    if isinstance(node, ast.FunctionDef) and is_method(node) and returned(node) is not None:
        for name in arguments(node):
            yield with_body(node, first=f"if self.training:\n    {name} = 2 * {name}")
            yield with_body(node, first=f"{name} = torch.nn.functional.dropout({name}, 0.2, training=True)")
