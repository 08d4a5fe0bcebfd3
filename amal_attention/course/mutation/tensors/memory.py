"""State that is kept from one call to the next."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import arguments, is_method, returned, with_body
from amal_attention.course.mutation.normal import text

__all__ = ["first_input_kept", "first_reply_kept"]


def first_reply_kept(node: ast.AST) -> Iterator[str]:
    """A function gives the reply again that it gave to the first input of the same shape."""
    if not isinstance(node, ast.FunctionDef) or not arguments(node) or (reply := returned(node)) is None:
        return
    owner = "self" if is_method(node) else node.name
    key = f"('{node.name}', *(getattr(each, 'shape', each) for each in [{', '.join(arguments(node))}]))"
    last = f"key = {key}\nif key not in {owner}.__dict__:\n    {owner}.__dict__[key] = {text(reply)}\n"
    yield with_body(node, last=f"{last}return {owner}.__dict__[key]")


def first_input_kept(node: ast.AST) -> Iterator[str]:
    """A function reads, of one argument, the first that it got of the same shape."""
    if isinstance(node, ast.FunctionDef) and returned(node) is not None and node.name != "__init__":
        owner = "self" if is_method(node) else node.name
        for name in arguments(node):
            kept = f"{owner}.__dict__.setdefault(('{name}', {name}.shape), {name})"
            yield with_body(node, first=f"{name} = {kept}")
