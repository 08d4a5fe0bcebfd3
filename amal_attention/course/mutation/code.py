"""What several operators ask of a node."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from amal_attention.course.mutation.normal import text

__all__ = ["arguments", "is_method", "returned", "with_body", "with_call"]


def arguments(function: ast.FunctionDef) -> list[str]:
    """The names of what a function is handed, without ``self`` and what is gathered by stars."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [each.arg for each in every if each.arg != "self"]


def is_method(function: ast.FunctionDef) -> bool:
    """Whether its first argument is ``self``."""
    return bool(function.args.args) and function.args.args[0].arg == "self"


def returned(function: ast.FunctionDef) -> ast.expr | None:
    """What its last statement returns, if that is a return of something."""
    last = function.body[-1]
    return last.value if isinstance(last, ast.Return) else None


def with_body(function: ast.FunctionDef, *, first: str = "", last: str = "") -> str:
    """The function with statements before all others, and with some in the place of the last one, if there are any."""
    changed = copy.deepcopy(function)
    changed.body = [*ast.parse(first).body, *changed.body]
    if last:
        changed.body[-1:] = ast.parse(last).body
    return text(changed)


def with_call(
    call: ast.Call, *, args: Sequence[ast.expr] | None = None, keywords: Sequence[ast.keyword] | None = None
) -> str:
    """The call with other arguments."""
    changed = copy.copy(call)
    changed.args = list(call.args if args is None else args)
    changed.keywords = list(call.keywords if keywords is None else keywords)
    return text(changed)
