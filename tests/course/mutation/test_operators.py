"""Each operator writes, in the place of what it reads, the slips that it is named after, and nothing else."""

from __future__ import annotations

import pytest

from amal_attention.course.mutation import OPERATORS, changes
from amal_attention.course.mutation.normal import normal_tree, text

LINES = {
    "another axis": [
        ("y = x.sum(dim=1)", ["y = x.sum(dim=0)", "y = x.sum(dim=2)"]),
        ("y = x.softmax(-1)", ["y = x.softmax(0)"]),
        ("n = x.shape[1]", ["n = x.shape[0]", "n = x.shape[2]"]),
        ("y = x.clamp(1)", []),
    ],
    "another branch": [
        ("y = a if c else b", ["y = a", "y = b", "y = b if c else a"]),
        ("if c:\n    f()", ["if True:\n    f()", "if False:\n    f()"]),
    ],
    "another comparison": [("y = a < b", ["y = a <= b", "y = a >= b"]), ("y = a == b", ["y = a != b"])],
    "another function": [
        ("y = x.mean()", ["y = x.sum()", "y = x.amax()"]),
        ("y = sorted(x)", ["y = list(x)"]),
        ("y = nn.GRU(2)", ["y = nn.LSTM(2)"]),
        ("y = x.forward()", []),
    ],
    "another number": [
        ("y = 2", ["y = 3", "y = 1"]),
        ("y = 0.5", ["y = 1.0", "y = -0.5"]),
        ("y = 1e-12", ["y = 0.0", "y = 0.001"]),
        ("y = 1000000000.0", ["y = 10.0", "y = -1000000000.0"]),
        ("y = True", []),
    ],
    "another operation": [
        ("y = a + b", ["y = a - b"]),
        ("y = a / b", ["y = a * b"]),
        ("a += b", ["a -= b", "a = b"]),
    ],
    "another truth": [("y = True", ["y = False"]), ("y = a and b", ["y = a or b"])],
    "changed in place": [("y = x.clamp(min=1)", ["y = x.clamp_(min=1)"]), ("y = x.sum()", [])],
    "cut gradient": [
        ("y = f(x)", ["y = f(x).detach()"]),
        ("a, b = f(x)", ["with torch.no_grad():\n    a, b = f(x)"]),
        ("y = x", []),
        ("y = a & ~b", []),
        ("y = torch.zeros(3)", []),
    ],
    "doubled term": [("y = a - b", ["y = a - 2 * b"]), ("y = a * b", ["y = a * b * b"]), ("y = a @ b", [])],
    "dropped keyword": [("f(a, b=c, **d)", ["f(a, **d)", "f(a, b=c)"]), ("f(a, device=d)", [])],
    "dropped term": [("y = a + b", ["y = a", "y = b"]), ("y = -a", ["y = a"]), ("y = -1", [])],
    "frozen": [
        ("q = nn.Parameter(x)", ["q = nn.Parameter(x, requires_grad=False)"]),
        ("self.a = nn.B(2)", ["self.a = nn.B(2)\nself.a.requires_grad_(False)"]),
        ("self.a = f(2)", []),
    ],
    "mask inverted": [
        ("y = ~m", ["y = m"]),
        ("y = x.masked_fill(m, 0)", ["y = x.masked_fill(~m, 0)"]),
        ("y = torch.where(m, a, b)", ["y = torch.where(~m, a, b)"]),
        ("y = m & n", ["y = m | n"]),
    ],
    "mask left out": [
        ("y = x.masked_fill(m, 0)", ["y = x"]),
        ("y = torch.where(m, a, b)", ["y = a", "y = b"]),
        ("y = m | n", ["y = m", "y = n"]),
    ],
    "other mode": [
        ("y = self.training", ["y = True", "y = not self.training"]),
        ("a.train()", ["a.eval()"]),
    ],
    "removed statement": [
        ("f()", ["pass"]),
        ("a[0] = 1", ["pass"]),
        ("x = x + 1", ["pass"]),
        ("a = 1", []),
        ("if c:\n    a = 1", ["pass"]),
    ],
    "shorter loop": [
        ("for a in b:\n    c = a", ["for a in list(b)[1:]:\n    c = a", "for a in list(b)[:1]:\n    c = a"]),
        ("y = [a for a in b]", ["y = [a for a in list(b)[1:]]", "y = [a for a in list(b)[:1]]"]),
    ],
    "step left out": [
        ("y = x.softmax(1)", ["y = x"]),
        ("y = torch.exp(x)", ["y = x"]),
        ("y = f(x, z)", ["y = x"]),
        ("y = self.f()", []),
    ],
    "swapped arguments": [("y = f(a, b, c)", ["y = f(b, a, c)"]), ("y = f(a)", []), ("y = max(a, b)", [])],
    "swapped pair": [("y = (a, b)", ["y = (b, a)", "y = (a, a)", "y = (b, b)"])],
    "swapped terms": [("y = a - b", ["y = b - a"]), ("y = a * b", [])],
    "unregistered": [
        ("q = nn.Parameter(x)", ["q = x"]),
        ("q = nn.ModuleList(x)", ["q = list(x)"]),
        (
            "class A:\n\n    def f(self):\n        self.b = nn.B()\n        return self.b(1)",
            ["class A:\n\n    def f(self):\n        self.b = [nn.B()]\n        return self.b[0](1)"],
        ),
    ],
    "whole in place of a part": [("y = x[:k]", ["y = x", "y = x[k:]"])],
}
METHOD = "def f(self, x):\n    {}"
FUNCTIONS = {
    "altered reply": [
        (
            "def f(x):\n    return x",
            [
                f"def f(x):\n    return {reply}"
                for reply in ("x.detach()", "2 * x", "x + 1", "torch.relu(x)", "torch.tanh(x)", "x.flip(0)")
            ],
        )
    ],
    "another name": [
        (
            "def f(a, b):\n    c = b\n    return c",
            ["def f(a, b):\n    c = a\n    return c", "def f(a, b):\n    c = b\n    return b"],
        )
    ],
    "differs while training": [
        (
            METHOD.format("return x"),
            [
                METHOD.format("if self.training:\n        x = 2 * x\n    return x"),
                METHOD.format("x = torch.nn.functional.dropout(x, 0.2, training=True)\n    return x"),
            ],
        ),
        ("def f(x):\n    return x", []),
    ],
    "first input kept": [
        (METHOD.format("return x"), [METHOD.format("x = self.__dict__.setdefault(('x', x.shape), x)\n    return x")])
    ],
    "first reply kept": [
        (
            "def f(x):\n    return 2 * x",
            [
                "def f(x):\n    key = ('f', *(getattr(each, 'shape', each) for each in [x]))\n"
                "    if key not in f.__dict__:\n        f.__dict__[key] = 2 * x\n    return f.__dict__[key]"
            ],
        )
    ],
    "ignored option": [("def f(x, k=2):\n    return x * k", ["def f(x, k=2):\n    k = 2\n    return x * k"])],
    "in half precision": [("def f(x, m):\n    return x", ["def f(x, m):\n    x = x.half().to(x.dtype)\n    return x"])],
    "input changed in place": [
        ("def f(x):\n    return 2 * x", ["def f(x):\n    reply = 2 * x\n    x.zero_()\n    return reply"])
    ],
    "reply in doubles": [
        (
            "def f(x):\n    return (x, 1)",
            ["def f(x):\n    return (x.double(), 1)", "def f(x):\n    return (x, 1 .double())"],
        )
    ],
}
CASES = [(name, *case) for name, cases in {**LINES, **FUNCTIONS}.items() for case in cases]


@pytest.mark.parametrize(("name", "source", "slips"), CASES, ids=lambda each: each if isinstance(each, str) else "")
def test_an_operator_writes_its_slips(name, source, slips):
    assert text(normal_tree(source)) == source
    assert [each.source for each in changes(source, {name: OPERATORS[name]})] == slips


def test_every_operator_is_tested():
    assert {*LINES, *FUNCTIONS} == OPERATORS.keys()
