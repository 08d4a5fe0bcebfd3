"""What should learn, and does not: frozen, or never registered."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from amal_attention.course.mutation.normal import text

__all__ = ["frozen", "unregistered"]

_REGISTERS = ("Parameter", "ModuleList", "ParameterList", "ModuleDict")


def unregistered(node: ast.AST) -> Iterator[str]:
    """``nn.Parameter(x)`` -> ``x``, ``nn.ModuleList(x)`` -> ``list(x)``, ``self.a = nn.B()`` -> it is in a list."""
    match node:
        case ast.Call(func=ast.Attribute(attr="Parameter"), args=[value, *_]):
            yield text(value)
        case ast.Call(func=ast.Attribute(attr="ModuleList" | "ParameterList"), args=[value]):
            yield f"list({text(value)})"
        case ast.ClassDef():
            yield from _in_lists(node)


def frozen(node: ast.AST) -> Iterator[str]:
    """``nn.Parameter(x)`` -> one that needs no gradient; ``self.a = nn.B()`` -> and its parameters need none."""
    match node:
        case ast.Call(func=ast.Attribute(attr="Parameter"), args=[value]):
            yield f"nn.Parameter({text(value)}, requires_grad=False)"
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self")) as target], value=value) if _is_layer(value):
            yield f"{text(node)}\n{text(target)}.requires_grad_(False)"


def _is_layer(value: ast.expr) -> bool:
    """Whether it looks as if a module was built: a call of something that begins with a capital, or a parameter."""
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name[:1].isupper() and name not in _REGISTERS


def _in_lists(node: ast.ClassDef) -> Iterator[str]:
    """The class with one of its layers in a list, which it reads there."""
    layers = [
        each.targets[0].attr
        for each in ast.walk(node)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute) and _is_layer(each.value)
    ]
    for name in dict.fromkeys(layers):
        changed: ast.ClassDef = _ReadsFromList(name).visit(copy.deepcopy(node))
        yield text(changed)


class _ReadsFromList(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Bind a list of one."""
        self.generic_visit(node)
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr == self.name:
            node.value = ast.List([node.value], ast.Load())
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Read the one of the list."""
        self.generic_visit(node)
        mine = isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr == self.name
        if not mine or not isinstance(node.ctx, ast.Load):
            return node
        return ast.Subscript(node, ast.Constant(0), ast.Load())
