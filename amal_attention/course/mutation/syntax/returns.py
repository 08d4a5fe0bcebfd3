"""A reply that is not what it should be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.normal import text

__all__ = ["altered_reply", "swapped_pair"]

_ALTERED = ("({}).detach()", "2 * ({})", "({}) + 1", "torch.relu({})", "torch.tanh({})", "({}).flip(0)")


def swapped_pair(node: ast.AST) -> Iterator[str]:
    """``return a, b`` -> ``return b, a``, and each twice; ``(a, b)`` that is read, too."""
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        one, other = map(text, node.elts)
        for pair in ((other, one), (one, one), (other, other)):
            yield f"({pair[0]}, {pair[1]})"


def altered_reply(node: ast.AST) -> Iterator[str]:
    """Each part of a reply without its gradient, doubled, one more, bent, or with the batch in another order."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    for place in range(len(parts)):
        for altered in _ALTERED:
            changed = [altered.format(text(part)) if place == this else text(part) for this, part in enumerate(parts)]
            yield f"return {', '.join(changed)}"
