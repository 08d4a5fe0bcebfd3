"""What a submission's process replies, asked over its channel; it is not shut in, which changes no reply."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from amal_attention.grading.sandbox.sandbox import Child
from amal_attention.grading.wire.channel import ChannelClosed
from amal_attention.grading.wire.frame import Handle
from amal_attention.outcome import Outcome, State
from tests.processes import HANGS

Ask = Callable[..., tuple[str, Any]]


@pytest.fixture
def ask(ask_all: Callable[[list[tuple[Any, ...]]], list[tuple[str, Any]]]) -> Ask:
    """Ask the process, and give its reply: what kind it is of, and what came."""

    def reply(*operation: Any) -> tuple[str, Any]:
        (found,) = ask_all([operation])
        return found

    return reply


@pytest.fixture
def ask_all(child: Child) -> Callable[[list[tuple[Any, ...]]], list[tuple[str, Any]]]:
    """Ask for several things at once, and give the replies."""

    def replies(operations: list[tuple[Any, ...]]) -> list[tuple[str, Any]]:
        child.channel.send(operations, time.monotonic() + HANGS)
        return child.channel.receive(time.monotonic() + HANGS)

    return replies


@pytest.fixture
def run(ask: Ask) -> Callable[..., tuple[str, Any]]:
    """Run cells, then begin a test; what the last of them gives."""

    def cells(*sources: str, seed: int = 1, definitions_only: bool = False) -> tuple[str, Any]:
        replies = [ask("run", source, definitions_only) for source in sources]
        assert ask("begin", seed) == ("value", None)
        return replies[-1]

    return cells


def outcome_in(reply: tuple[str, Any], kind: str = "raised") -> Outcome:
    said, values = reply
    assert said == kind
    outcome = Outcome(*values)
    return Outcome(**{**vars(outcome), "state": State(outcome.state)})


def test_a_function_of_a_cell_is_called_with_what_is_sent(ask, run):
    assert run("base = 10", "def count(items, *, step=1):\n    return base + step * len(items)") == ("value", None)
    assert ask("ask", "count", "call", [[1, 2]], {}) == ("value", 12)
    assert ask("ask", "count", "call", [(1, 2, 3)], {"step": 5}) == ("value", 25)


def test_a_cell_that_raises_is_told_with_its_line_and_the_next_one_runs(ask, run):
    reply = ask("run", "a = 1\nb = a / 0\nc = 3", False)
    told = outcome_in(reply)
    assert told.state is State.MISSED
    assert told.came.startswith("ZeroDivisionError: division by zero") and "line 2" in told.came
    assert run("def known(): return a") == ("value", None)
    assert ask("ask", "known", "call", [], {}) == ("value", 1)


BAD_LINES = {
    "an import of what is not here": ("from google.colab import files", "ModuleNotFoundError"),
    "exit()": ("exit()", "SystemExit"),
    "quit() in a line of two statements": ("quit(); quit()", "SystemExit"),
    "sys.exit": ("import sys\nsys.exit(0)", "SystemExit"),
    "a magic that is not here": ("%no_such_magic", "UsageError"),
    "a picture that does not open": ("with open(\n    'no.png'\n) as file:\n    file.read()", "FileNotFoundError"),
    "a decorated function": ("@missing\ndef wrong():\n    pass", "NameError"),
    "two of them": ("first_missing\nsecond_missing", "first_missing"),
    "an assertion": ("assert 1 == 2", "AssertionError"),
}


@pytest.mark.parametrize("bad", BAD_LINES)
def test_what_follows_a_statement_that_raises_is_run_and_the_first_error_is_told(ask, run, bad):
    line, told = BAD_LINES[bad]
    reply = ask("run", f"{line}\nbase = 10\ndef count(items):\n    return base + len(items)\nlater", False)
    assert told in outcome_in(reply).came
    assert ask("begin", 1) == ("value", None)
    assert ask("ask", "count", "call", [[1, 2]], {}) == ("value", 12)


NO_PYTHON = {
    "a bracket that stays open": "print(count([1])",
    "smart quotes": "print(“hello”)",
    "a word too many": "def other(: pass",
    "a line that stands too far in": "x = 1\n    y = 2",
    "a block that is left open": "if True:",
    "two of them": "x = = 1\ny = = 2",
    "a decorated function": "@first\n@second(\n    1\n)\ndef other(:\n    pass",
    "a prompt": "$ pip install torch",
}


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("bad", NO_PYTHON)
def test_a_line_that_is_no_python_takes_no_definition_beside_it_along(ask, run, bad, above):
    definition = "def count(items):\n    return 10 + len(items)"
    reply = ask("run", "\n".join([NO_PYTHON[bad], definition] if above else [definition, NO_PYTHON[bad]]), False)
    assert "Error" in outcome_in(reply).came
    assert ask("begin", 1) == ("value", None)
    assert ask("ask", "count", "call", [[1, 2]], {}) == ("value", 12)


def test_a_definition_that_is_no_python_is_none(ask, run):
    ask("run", "def broken(x):\n    return (x\n\ndef whole():\n    return 1", False)
    assert ask("begin", 1) == ("value", None)
    assert ask("ask", "whole", "call", [], {}) == ("value", 1)
    assert ask("ask", "broken", "call", [1], {})[0] != "value"


def test_what_comes_before_a_statement_that_raises_is_run_once(ask, run):
    ask("run", "runs = []", False)
    ask("run", "runs.append(1)\nmissing\nruns.append(2)\nmissing\nruns.append(3)", False)
    run("def told(): return runs")
    assert ask("ask", "told", "call", [], {}) == ("value", [1, 2, 3])


def test_of_many_bad_lines_no_more_than_some_are_passed_over(ask):
    assert "NameError" in outcome_in(ask("run", "missing\n" * 500, False)).came


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u3000"])
def test_a_pasted_space_that_python_does_not_know_is_a_blank_and_told(ask, run, space):
    reply = ask("run", f"def count(items):\n{4 * space}return{space}len(items)", False)
    assert reply[0] == "value" and "no-break spaces" in reply[1]
    assert ask("begin", 1) == ("value", None)
    assert ask("ask", "count", "call", [[1]], {}) == ("value", 1)


def test_such_a_space_in_a_text_stays_as_it_is(ask, run):
    assert run("def text(): return 'a\u00a0b'") == ("value", None)
    assert ask("ask", "text", "call", [], {}) == ("value", "a\u00a0b")


def test_warnings_that_a_student_turned_into_errors_are_none_where_answers_are_asked(ask, run):
    run("import warnings\nwarnings.simplefilter('error')\ndef warned():\n    warnings.warn('x')\n    return 1")
    assert ask("ask", "warned", "call", [], {}) == ("value", 1)


def test_a_cell_that_is_no_python_is_told(ask):
    assert outcome_in(ask("run", "def broken(:", False)).came.startswith("SyntaxError")


def test_a_cell_may_hold_what_notebooks_hold(ask, run):
    assert run("%matplotlib inline\nfiles = !echo one two\ndef first(): return files[0]") == ("value", None)
    assert ask("ask", "first", "call", [], {}) == ("value", "one two")


def test_a_cell_that_asks_for_input_gets_none(ask):
    assert outcome_in(ask("run", "input('go on?')", False)).state is State.MISSED


def test_of_a_cell_that_trains_only_definitions_are_run(ask, run):
    source = "import math\n%time loss = 1\nloss = train()\ndef area(r): return math.pi * r * r\nprint(area(1))"
    assert run(source, definitions_only=True) == ("value", None)
    assert ask("ask", "area", "call", [1], {}) == ("value", pytest.approx(3.14159, abs=1e-4))
    assert outcome_in(ask("ask", "loss", "call", [], {})).state is State.TO_DO


def test_of_a_cell_that_trains_and_is_no_python_nothing_is_run(ask):
    assert outcome_in(ask("run", "x = (", True)).came.startswith("SyntaxError")


def test_a_name_that_no_cell_defines_is_to_be_written(ask, run):
    run("a = 1")
    told = outcome_in(ask("ask", "missing", "call", [], {}))
    assert told.state is State.TO_DO and told.hint.startswith("missing is not in the notebook")


def test_what_an_answer_raises_is_told(ask, run):
    run("def fail():\n    raise ValueError('no')", "def unwritten():\n    raise NotImplementedError")
    assert "ValueError: no" in outcome_in(ask("ask", "fail", "call", [], {})).came
    assert outcome_in(ask("ask", "unwritten", "call", [], {})).state is State.TO_DO


@pytest.mark.parametrize("raised", ["SystemExit(0)", "KeyboardInterrupt"])
def test_what_would_end_the_process_is_told_too(ask, run, raised):
    run(f"def leave():\n    raise {raised}")
    name = raised.removesuffix("(0)")
    assert outcome_in(ask("ask", "leave", "call", [], {})) == Outcome("", State.MISSED, came=name)
    assert outcome_in(ask("run", f"raise {raised}", False)).came.startswith(name)
    assert ask("begin", 1) == ("value", None)


def test_an_operation_that_is_none_is_told(ask):
    assert "KeyError: 'exec'" in outcome_in(ask("exec", "1")).came
    assert ask("begin", 1) == ("value", None)


@pytest.mark.parametrize("error", ["MemoryError()", 'RuntimeError("[x] DefaultCPUAllocator: can\'t allocate memory")'])
def test_memory_that_is_not_there_is_told_apart(ask, run, error):
    run(f"def grow():\n    raise {error}")
    assert outcome_in(ask("ask", "grow", "call", [], {}), "memory").state is State.MISSED
    assert outcome_in(ask("run", "grow()", False), "memory").state is State.MISSED


def test_memory_that_torch_does_not_get_is_told_apart(ask, run):
    run("import torch\ndef grow(): return torch.empty(2**55)")
    assert outcome_in(ask("ask", "grow", "call", [], {}), "memory").state is State.MISSED


UNSENDABLE = {
    "object()": "object",
    "print": "function",
    "[1, object()]": "a list of 2",
    "1j": "complex",
    "2**70": "int",
    "__import__('torch').zeros(2, dtype=__import__('torch').complex64)": "tensor",
    "'\\ud800'": "str",
    "'a' * 2**17": "str",
}


@pytest.mark.parametrize("value", UNSENDABLE)
def test_a_value_that_cannot_be_sent_is_told_and_the_next_one_comes(ask, run, value):
    run(f"def give():\n    return {value}\ndef fine(): return 1")
    told = outcome_in(ask("ask", "give", "call", [], {}))
    assert told.state is State.MISSED and UNSENDABLE[value] in told.came
    assert told.expected == "tensors, numbers, text, and lists of these"
    assert ask("ask", "fine", "call", [], {}) == ("value", 1)


def test_several_operations_are_answered_in_order_up_to_the_first_that_fails(ask_all):
    define = ("run", "def half(x):\n    return 2 / x", False)
    assert ask_all([define, ("begin", 1), ("ask", "half", "call", [1], {})]) == [
        ("value", None),
        ("value", None),
        ("value", 2.0),
    ]
    first, second = ask_all(
        [("ask", "half", "call", [4], {}), ("ask", "half", "call", [0], {}), ("ask", "half", "call", [1], {})]
    )
    assert first == ("value", 0.5) and "ZeroDivisionError" in outcome_in(second).came


def test_of_several_answers_those_before_one_that_cannot_be_sent_come(ask_all, run):
    run("def give(kind):\n    return kind or object()")
    first, second = ask_all(
        [("ask", "give", "call", [1], {}), ("ask", "give", "call", [None], {}), ("ask", "give", "call", [2], {})]
    )
    assert first == ("value", 1) and "object" in outcome_in(second).came


def test_answers_that_are_too_much_together_are_told(ask_all, run):
    run("import torch\ndef give(): return torch.zeros(2**22)")
    (reply,) = ask_all([("ask", "give", "call", [], {})] * 5)
    assert outcome_in(reply).came == "more than can be sent"
    assert ask_all([("ask", "give", "call", [], {})])[0][0] == "value"


def test_an_error_that_cannot_be_sent_is_told_too(ask, run):
    run("def fail():\n    raise ValueError('\\ud800')")
    told = outcome_in(ask("ask", "fail", "call", [], {}))
    assert told.state is State.MISSED and told.came


def test_a_set_comes_as_a_list_in_order(ask, run):
    run("def give(): return {3, 1, 2}")
    assert ask("ask", "give", "call", [], {}) == ("value", [1, 2, 3])


DOUBLING = """
import torch
class Doubling(torch.nn.Module):
    def __init__(self, width=1):
        super().__init__()
        self.width = width
        self.factor = torch.nn.Parameter(torch.full((width,), 2.0))
    def forward(self, x, mask=None):
        return x * self.factor, mask
class Trained(Doubling):
    def training_step(self, batch, index): return self.factor.sum()
class Around(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x): return self.inner(x)[0] + 1
"""


def test_a_module_comes_as_its_number(ask, run):
    run(DOUBLING)
    assert ask("ask", "Doubling", "call", [], {}) == ("value", Handle(0))
    assert ask("ask", "Trained", "call", [3], {}) == ("value", Handle(1))
    assert ask("attribute", Handle(1), "width") == ("value", 3)
    assert ask("attribute", Handle(1), "inner")[0] == "raised"


def test_an_operation_is_done_with_the_module_of_a_number(ask, run):
    run(DOUBLING)
    ask("ask", "Doubling", "call", [], {})
    assert ask("ask", Handle(0), "eval", [], {}) == ("value", None)
    assert ask("attribute", Handle(0), "training") == ("value", False)
    assert ask("ask", Handle(0), "train", [], {"dropout": False}) == ("value", None)
    assert ask("attribute", Handle(0), "training") == ("value", True)
    assert "KeyError: 'forward'" in outcome_in(ask("ask", Handle(0), "forward", [], {})).came


def test_a_module_is_handed_to_another_by_its_number(ask, run):
    run(DOUBLING)
    ask("ask", "Doubling", "call", [], {})
    assert ask("ask", "Around", "call", [Handle(0)], {}) == ("value", Handle(1))
    assert ask("ask", "Around", "call", [], {"inner": Handle(0)}) == ("value", Handle(2))
    for each in (1, 2):
        _, value = ask("ask", Handle(each), "call", [torch.tensor([3.0])], {})
        assert value.tolist() == [7.0]


def test_the_next_test_begins_without_the_modules_of_the_one_before(ask, run):
    run(DOUBLING)
    ask("ask", "Doubling", "call", [], {})
    assert ask("begin", 2) == ("value", None)
    assert "IndexError" in outcome_in(ask("attribute", Handle(0), "width")).came
    assert ask("ask", "Trained", "call", [], {}) == ("value", Handle(0))


def test_a_gradient_is_that_of_the_sum(ask, run):
    run("def cube(x): return x ** 3", "def cut(x): return x.detach()")
    _, (of_parameters, (found,)) = ask("ask", "cube", "gradients", [(torch.tensor([2.0, 3.0]),)], {})
    assert of_parameters == {} and found.tolist() == [12.0, 27.0]
    assert ask("ask", "cut", "gradients", [(torch.tensor([2.0]),)], {}) == ("value", ({}, (None,)))


def test_a_module_stands_anywhere_among_what_a_function_is_given(ask, run):
    run(DOUBLING, "def both(modules, x):\n    return sum(module(x)[0].sum() for module in modules['of'])")
    for _ in range(2):
        ask("ask", "Doubling", "call", [], {})
    inputs = ({"of": [Handle(0), Handle(1)]}, torch.tensor([3.0]))
    assert ask("ask", "both", "call", list(inputs), {})[1].tolist() == 12.0
    _, (of_parameters, (_, of_x)) = ask("ask", "both", "gradients", [inputs], {})
    assert {name: each.tolist() for name, each in of_parameters.items()} == {"0.factor": [3.0], "1.factor": [3.0]}
    assert of_x.tolist() == [4.0]


def test_the_attention_that_is_known_is_always_ours(ask, run):
    run("class FixedAttention: pass")
    assert ask("ask", "FixedAttention", "call", [torch.ones(1, 2), 3], {}) == ("value", Handle(0))


DRAWS = "import random, numpy, torch\ndef draw(): return [random.random(), float(numpy.random.rand()), torch.rand(2)]"


@pytest.mark.parametrize("seed", [7, 2**31 - 1, 2**40 + 3])
def test_each_test_begins_from_its_seed(ask, run, seed):
    run(DRAWS, "draw()", seed=seed)
    _, (first, second, third) = ask("ask", "draw", "call", [], {})
    assert first == random.Random(seed).random()
    assert second == np.random.RandomState(seed % 2**32).rand()
    assert torch.equal(third, torch.rand(2, generator=torch.Generator().manual_seed(seed)))
    assert ask("ask", "draw", "call", [], {})[1][0] != first


CHANGES = """
import torch
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.set_num_threads(3)
torch.set_default_device("meta")
"""
SETTINGS = """
def settings():
    made = torch.ones(1)
    return [str(made.dtype), torch.is_grad_enabled(), torch.get_num_threads(), made.device.type]
"""


def test_what_a_cell_or_a_call_leaves_set_is_set_back_before_the_next(ask, run):
    run(CHANGES, SETTINGS + f"def change():\n    exec({CHANGES!r})")
    expected = ("value", ["torch.float32", True, 1, "cpu"])
    assert ask("ask", "settings", "call", [], {}) == expected
    ask("ask", "change", "call", [], {})
    assert ask("ask", "settings", "call", [], {}) == expected


def test_what_is_sent_is_not_changed_by_who_gets_it_twice(ask, run):
    run("def twice(x, y):\n    x.zero_()\n    return y")
    _, value = ask("ask", "twice", "call", [torch.ones(1), torch.ones(1)], {})
    assert value.tolist() == [1.0]


def test_what_is_printed_before_a_process_dies_is_kept(child):
    deadline = time.monotonic() + HANGS
    child.channel.send([("run", "import os\nprint('last')\nprint('words')\nos._exit(3)", False)], deadline)
    with pytest.raises(ChannelClosed):
        child.channel.receive(deadline)
    ending = child.end()
    assert ending is not None and (ending.status, ending.output) == (3, "last\nwords\n")


def test_a_process_ends_when_its_channel_does(child):
    child.channel.close()
    ending = child.end()
    assert ending is not None and ending.over == ""
