"""Another axis."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import with_call

__all__ = ["another_axis"]

_TAKE_AN_AXIS = frozenset(
    "all amax amin any argmax argmin argsort cat cummax cumsum log_softmax logsumexp max mean min nanmean nansum prod "
    "size softmax sort squeeze stack std sum unsqueeze".split()
)
_OTHERS = {-2: (0,), -1: (0,), 0: (1,), 1: (0, 2), 2: (0, 1)}


def another_axis(node: ast.AST) -> Iterator[str]:
    """``x.sum(dim=1)`` -> ``x.sum(dim=0)``, ``x.softmax(-1)`` -> ``x.softmax(1)``, ``x.shape[1]`` -> ``x.shape[0]``."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="shape") as shape, slice=place):
            for other in _others(place):
                yield f"{ast.unparse(shape)}[{other.value!r}]"
        case ast.Call(args=[*others, place], func=ast.Attribute(attr=name)) if name in _TAKE_AN_AXIS:
            for other in _others(place):
                yield with_call(node, args=[*others, other])
    if isinstance(node, ast.Call):
        yield from _in_keywords(node)


def _in_keywords(node: ast.Call) -> Iterator[str]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg in ("dim", "axis"):
            for other in _others(keyword.value):
                changed = ast.keyword(keyword.arg, other)
                yield with_call(node, keywords=[*node.keywords[:place], changed, *node.keywords[place + 1 :]])


def _others(place: ast.expr) -> list[ast.Constant]:
    """The axes that may stand in its place; none if it is no whole number."""
    try:
        value = ast.literal_eval(place)
    except (ValueError, TypeError):
        return []
    return [ast.Constant(other) for other in _OTHERS.get(value, ())] if type(value) is int else []
