"""A name that is missing is told with the cell that would have made it, and that ended in an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amal_attention.notebook.failed_cells import names_made
from amal_attention.notebook.kernel import Kernel, fresh_kernel
from amal_attention.outcome import Outcome, State

CHECK = "from amal_attention.checks import check, equal_to\nwith check('q'):\n    "


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kernel, str]]:
    """A kernel in which a check was made, and what that one hinted at: the cell before it was no Python."""
    with fresh_kernel(tmp_path_factory.mktemp("cells")) as kernel:
        kernel.run("class Old:\n    def f(self)\n        pass", 60)  # before anything of ours is imported
        yield kernel, hint(kernel, "Old()")


@pytest.fixture
def kernel(begun: tuple[Kernel, str]) -> Kernel:
    return begun[0]


def hint(kernel: Kernel, code: str) -> str:
    """What a check of some code hints at."""
    outcome: Outcome = kernel.run(CHECK + code, 60).reports[0].outcomes[0]
    assert outcome.came.startswith("NameError: ")
    return outcome.hint


def test_a_syntax_error_before_the_first_check_is_named_with_cell_and_line(begun):
    assert begun[1] == (
        "cell In[1] ended in an error, so there is no Old yet: SyntaxError: expected ':' (line 2: def f(self))"
    )


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def made():\n    return (", "SyntaxError: incomplete input (line 2: return ()"),
        (
            "import nothing_at_all\n\ndef made(): pass",
            "No module named 'nothing_at_all' (line 1: import nothing_at_all)",
        ),
        ("x = 1\nmade = x / 0", "ZeroDivisionError: division by zero (line 2: made = x / 0)"),
        ("def f():\n    assert False\n\nmade = f()", "AssertionError (line 2: assert False)"),
    ],
)
def test_what_ended_the_cell_is_named_with_its_line(kernel, code, told):
    count = kernel.run(code, 60).count
    assert hint(kernel, "made()").startswith(f"cell In[{count}] ended in an error, so there is no made yet: ")
    assert hint(kernel, "made()").endswith(told)


def test_of_cells_that_fail_for_each_other_the_first_is_named(kernel):
    first = kernel.run("alpha = 1 / 0", 60).count
    kernel.run("beta = alpha", 60)
    kernel.run("gamma = beta", 60)
    assert hint(kernel, "gamma").startswith(f"cell In[{first}] ended in an error, so there is no gamma yet: ZeroDiv")


def test_a_cell_that_is_mended_is_named_no_longer(kernel):
    kernel.run("delta = 1 / 0", 60)
    kernel.run("delta = 1\ndel delta", 60)
    assert "cell" in hint(kernel, "delta") and "In[" not in hint(kernel, "delta")


def test_cells_that_miss_each_other_end_in_a_word(kernel):
    kernel.run("ping = pong", 60)
    count = kernel.run("pong = ping", 60).count
    assert f"no {'pong'} yet" in hint(kernel, "pong") and f"In[{count - 1}]" in hint(kernel, "pong")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("class A(B): pass", {"A"}),
        ("async def f(): pass", {"f"}),
        ("a: int = 3", {"a"}),
        ("a, b = 3, 4", {"a", "b"}),
        ("a == 3", set()),
        ("    a = 3", set()),
        ("f(a=3)", set()),
        ("x[a] = 3", set()),
    ],
)
def test_the_names_that_a_line_makes(line, names):
    assert names_made(f"print()\n{line}\nprint(") == names


def test_nothing_is_remembered_outside_of_a_kernel(tmp_path: Path):
    from IPython.core.interactiveshell import InteractiveShell

    from amal_attention.notebook.failed_cells import remember_failures

    shell = InteractiveShell()
    before = [*shell.events.callbacks["post_run_cell"]]
    remember_failures()
    assert shell.events.callbacks["post_run_cell"] == before


def test_a_name_that_is_misspelt_in_a_check_is_told_with_the_one_that_is_meant(kernel):
    kernel.run("class Averages: pass", 60)
    assert hint(kernel, "Avarages()") == "there is no Avarages: is Averages meant?"


def test_a_check_of_what_was_written_before_an_error_of_syntax_says_so(kernel):
    checked = f"{CHECK}equal_to(fresh(), 1, what='fresh')"
    kernel.run("def fresh(): return 1", 60)
    assert kernel.run(checked, 60).reports[0].state is State.MET
    count = kernel.run("def fresh() return 2", 60).count
    (report,) = kernel.run(checked, 60).reports
    assert report.state is State.MISSED and report.outcomes[1].state is State.MET
    assert report.outcomes[0].came.startswith(
        f"cell In[{count}] ended in an error, so an older fresh is looked at: Syn"
    )
    kernel.run("def fresh(): return 1", 60)
    assert kernel.run(checked, 60).reports[0].state is State.MET


def test_a_line_that_fails_below_an_answer_leaves_the_answer_as_new_as_it_is(kernel):
    kernel.run("def newer(): return 1\n\nnewer(3)", 60)
    assert kernel.run(f"{CHECK}equal_to(newer(), 1, what='newer')", 60).reports[0].state is State.MET
