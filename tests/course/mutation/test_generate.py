"""What the operators make of a source: each mutant once, none that only looks different, and a name that lasts."""

from __future__ import annotations

import ast

from amal_attention.course.mutation import changes, functions_of

SOURCE = '''\
class Half:
    """Halves."""

    def forward(self, x: int) -> int:
        """Half of it."""
        y = x.sum(dim=1)  # over the words
        return y / 2
'''


def test_each_is_python_and_differs_from_the_source_and_from_all_others():
    made = [each.source for each in changes(SOURCE)]
    plain = ast.unparse(
        ast.parse("class Half:\n    def forward(self, x):\n        y = x.sum(dim=1)\n        return y / 2")
    )
    assert len(made) > 20 and len({*made, plain}) == len(made) + 1
    for each in made:
        ast.parse(each)


def test_docstrings_annotations_and_comments_are_not_changed_and_do_not_count():
    plain = "class Half:\n  def forward(self, x):\n    y = (x.sum(dim=1))\n    return y/2"
    assert [(each.source, each.digest) for each in changes(SOURCE)] == [
        (each.source, each.digest) for each in changes(plain)
    ]


def test_what_two_operators_write_alike_is_one_mutant():
    made = changes("def f(x):\n    return x.exp()")
    assert sum(each.source == "def f(x):\n    return x" for each in made) == 1


def test_the_difference_shows_the_lines_that_differ():
    (found,) = [each for each in changes(SOURCE) if "dim=0" in each.source]
    assert found.operator == "another axis"
    changed = [line for line in found.diff.split("\n") if line[:1] in "+-"]
    assert changed == ["-        y = x.sum(dim=1)", "+        y = x.sum(dim=0)"]


def test_a_digest_tells_each_from_the_others_and_lasts_when_other_lines_change():
    made = {each.diff.replace("x.mean", "x.sum"): each.digest for each in changes(SOURCE)}
    assert len({*made.values()}) == len(changes(SOURCE))
    (before,) = [each.digest for each in changes(SOURCE) if "return y / 3" in each.source]
    (after,) = [each.digest for each in changes(SOURCE.replace("dim=1", "dim=2")) if "return y / 3" in each.source]
    assert before == after


def test_the_same_slip_on_two_equal_lines_is_two_mutants():
    made = changes("def f(x):\n    x.g(1)\n    x.g(1)\n    return x")
    assert len({each.digest for each in made}) == len(made)


def test_a_formatted_text_and_a_decorator_are_left_alone():
    assert not [each for each in changes("@cached(2)\ndef f(x):\n    print(f'{x + 3}')") if "2" not in each.source]
    assert all("x + 3" in each.source or "print" not in each.source for each in changes("print(f'{x + 3}')"))


TWO = "class A:\n    def f(self):\n        return 1\n    def g(self):\n        return 2\n\ndef f(self):\n    return 1"


def test_a_function_that_is_left_as_it_is_has_no_slip_and_the_others_have_those_that_they_had():
    first = "class A:\n\n    def f(self):\n        return 1\n"
    left = changes(TWO, without=functions_of(first))
    assert left and left == [each for each in changes(TWO) if first in each.source]


def test_a_function_is_known_by_its_class_and_by_its_code():
    assert functions_of(TWO) == {
        "A\ndef f(self):\n    return 1",
        "A\ndef g(self):\n    return 2",
        "\ndef f(self):\n    return 1",
    }
    assert functions_of("def f(self):\n    def h():\n        pass\n    return 1") == {
        "\ndef f(self):\n\n    def h():\n        pass\n    return 1"
    }
