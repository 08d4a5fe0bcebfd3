"""An option that is ignored."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import with_body, with_call
from amal_attention.course.mutation.normal import text

__all__ = ["dropped_keyword", "ignored_option"]

_UNSEEN = ("device", "prog_bar")


def ignored_option(node: ast.AST) -> Iterator[str]:
    """A function goes by the default of an argument, whatever it is handed."""
    if isinstance(node, ast.FunctionDef):
        defaults = node.args.defaults
        arguments = node.args.args[len(node.args.args) - len(defaults) :]
        pairs = [*zip(arguments, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
        for argument, default in pairs:
            if default is not None:
                yield with_body(node, first=f"{argument.arg} = {text(default)}")


def dropped_keyword(node: ast.AST) -> Iterator[str]:
    """``f(a, b=c)`` -> ``f(a)``, ``f(a, **options)`` -> ``f(a)``; not what another device or a screen shows."""
    if isinstance(node, ast.Call):
        for place in range(len(node.keywords)):
            if node.keywords[place].arg in _UNSEEN:
                continue
            yield with_call(node, keywords=[*node.keywords[:place], *node.keywords[place + 1 :]])
