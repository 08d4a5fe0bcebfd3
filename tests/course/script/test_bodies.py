"""What can be replaced by one statement, by an oracle: replacing it leaves code that defines the same names."""

from __future__ import annotations

import textwrap

import pytest

from amal_attention.course.script.bodies import why_no_body

GOOD = """
def f():
    # B
    return 1
    # E
---
def f():
    # B
    return 1
    # E

x = 2
---
class A:
    def f(self):
        '''What it does.'''
        x = 1
        # B
        if x:
            return 1
        else:
            return 2
        # E
        return x
---
class A:
    async def f(self):
        # B
        return [
            1,
        ]
    # E
---
def f(x):
    for i in x:
        try:
            # B
            y = i
            z = '''
# in a string
text
'''
            # E
        finally:
            pass
---
def f(x):
    match x:
        case 1:
            # B
            return 2
            # E
---
def f():
    # B
    @decorated
    def g():
        return 1

    # a remark

    return g()
    # E
---
def f():
    class A:
        # B
        x = 1
        # E
"""
BAD = """
# B
x = 1
# E
=== not in the body of a function
---
# B
def f():
    return 1
# E
=== not in the body of a function
---
class A:
    # B
    def f(self):
        return 1
    # E
=== not in the body of a function
---
class A:
    def f(self):
        return 1
    # B
    x = 1
    # E
=== not in the body of a function
---
def f():
    # B
    # nothing
    # E
    return 1
=== no statement
---
def f():
    return [
        # B
        1,
        # E
    ]
=== no statement
---
def f():
# B
    return 1
# E
=== not indented
---
def f():
        # B
    return 1
        # E
=== not indented
---
def f(x):
    if x:
        # B
        return 1
    else:
        return 2
        # E
=== cuts a statement
---
def f(x):
    if x:
        # B
        y = 1
    else:
        # E
        y = 2
    return y
=== cuts a statement
---
def f(x):
    # B
    if x:
        y = 1
        # E
        y = 2
    return y
=== cuts a statement
---
def f(x):
    y = [
        # B
        1,
    ]
    z = 2
    # E
    return y
=== cuts a statement
---
def f():
    x = 1
# B
y = 2
# E
=== not in the body of a function
---
def f():
    # B
    x = 1
y = 2
# E
=== not in the body of a function
---
@decorated
# B
def f():
    return 1
    # E
=== cuts a statement
"""


def cut(example):
    source = textwrap.dedent(example).strip("\n")
    lines = [line.strip() for line in source.split("\n")]
    return source, lines.index("# B") + 1, lines.index("# E") + 1


@pytest.mark.parametrize("example", GOOD.split("---"))
def test_whole_statements_of_a_body_can_go(example):
    source, begin, end = cut(example)
    assert why_no_body(source, begin, end) is None
    lines = source.split("\n")
    stub = lines[begin - 1].replace("# B", "raise NotImplementedError")
    compile("\n".join([*lines[: begin - 1], stub, *lines[end:]]), "cleared", "exec")


@pytest.mark.parametrize("example", BAD.split("---"))
def test_anything_else_cannot(example):
    code, _, told = example.partition("===")
    reason = why_no_body(*cut(code))
    assert reason is not None and told.strip() in reason
