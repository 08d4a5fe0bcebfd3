"""What becomes of single cells, in kernels that need not import torch."""

from __future__ import annotations

import gc
import os
import sys
import time
import tracemalloc
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from amal_attention.errors import AmalError
from amal_attention.notebook import kernel as module
from amal_attention.notebook.kernel import Kernel, Raised, fresh_kernel
from tests.notebook.notebooks import REPORTS, STUBBORN, displays, shows
from tests.processes import ended

PATIENCE = 600  # seconds for a cell that ends by itself, however busy the machine is


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("beside")


@pytest.fixture(scope="module")
def kernel(folder: Path):
    """One kernel for the tests after which it still runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        patch.setenv("NBGRADER_VALIDATING", "1")
        patch.setenv("OF_THE_STUDENT", "kept")
        with fresh_kernel(folder) as running:
            yield running


def said(kernel: Kernel, expression: str) -> str:
    """The value of an expression over there, as an error message."""
    raised = kernel.run(f"raise Exception(repr({expression}))", PATIENCE).raised
    assert raised is not None
    return raised.message


def test_it_runs_this_interpreter_in_the_folder_given(kernel, folder):
    assert said(kernel, "__import__('sys').executable") == repr(sys.executable)
    assert said(kernel, "__import__('os').getcwd()") == repr(str(folder))


def test_nothing_tells_the_notebook_that_it_is_graded(kernel):
    assert os.environ["NBGRADER_EXECUTION"] == "autograde"  # of whoever runs the check
    assert said(kernel, "[n for n in __import__('os').environ if n.startswith('NBGRADER')]") == "[]"
    assert said(kernel, "__import__('os').environ['OF_THE_STUDENT']") == "'kept'"


def test_garbage_is_collected_and_rarely_while_modules_are_imported(kernel):
    assert said(kernel, "__import__('gc').isenabled()") == "True"
    assert int(said(kernel, "__import__('gc').get_threshold()[0]")) > 100 * 700  # which is how Python begins


def test_reports_are_read_in_order(kernel):
    execution = kernel.run(shows("q1", "met", "missed") + "\n" + shows("q2", "to do"), PATIENCE)
    assert [(each.question, each.state) for each in execution.reports] == [("q1", "missed"), ("q2", "to do")]
    assert (execution.raised, execution.stopped, execution.died) == (None, False, False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "a report",
        [],
        {"question": "q"},
        {"outcomes": []},
        {"question": "q", "outcomes": 3},
        {"question": "q", "outcomes": ["met"]},
        {"question": "q", "outcomes": [{"expectation": "e", "state": "splendid"}]},
        {"question": "q", "outcomes": [{"expectation": "e", "state": ["met"]}]},
        {"question": "q", "outcomes": [{"expectation": "e", "state": "met", "points": "9"}]},
        {"question": "q", "outcomes": [{"expectation": 1, "state": "met"}]},
        {"question": "q", "outcomes": [{"expectation": "e" * 300_000, "state": "met"}]},
    ],
)
def test_what_is_no_report_is_none(kernel, value):
    assert kernel.run(displays(value), PATIENCE).reports == ()


def test_a_flood_of_reports_is_cut_short(kernel):
    assert (
        len(kernel.run(f"for _ in range(500):\n    {shows('q', 'met').replace(chr(10), '; ')}", PATIENCE).reports) <= 20
    )


def test_what_a_cell_raises_is_told_with_the_innermost_line_of_a_cell(kernel):
    first = kernel.run("def half(x):\n    y = 1\n    return y / x", PATIENCE)
    second = kernel.run("z = 0\nhalf(z)", PATIENCE)
    assert second.raised == Raised("ZeroDivisionError", "division by zero", first.count, 3)
    assert second.count == first.count + 1


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("x = 1\ndef f(:\n    pass", "SyntaxError", 2),
        ("import json\n\njson.loads('{')", "JSONDecodeError", 3),
        ("raise KeyError('\\ud800')", "KeyError", 1),
        ("raise ValueError('first\\nsecond')", "ValueError", 1),
        ("def f(n):\n    return f(n + 1)\nf(0)", "RecursionError", 2),
    ],
)
def test_the_line_is_found_whatever_raises(kernel, source, kind, line):
    execution = kernel.run(source, PATIENCE)
    assert (execution.raised.kind, execution.raised.line) == (kind, line)
    assert execution.raised.count == execution.count
    assert "\n" not in execution.raised.message and "second" not in execution.raised.message


def test_input_is_refused_at_once(kernel):
    begin = time.monotonic()
    raised = kernel.run("name = input('your name? ')", PATIENCE).raised
    assert time.monotonic() - begin < PATIENCE / 2
    assert "write the value into the cell" in raised.message


def test_magics_and_shell_commands_work_and_print_nothing_here(kernel, capfd):
    execution = kernel.run(
        "%matplotlib inline\n!echo loud\nlines = !echo some\nimport os\n_ = os.system('echo c')", PATIENCE
    )
    assert execution.raised is None
    assert said(kernel, "list(lines)") == "['some']"
    assert capfd.readouterr() == ("", "")


def test_sys_exit_is_an_error_and_the_kernel_goes_on(kernel):
    execution = kernel.run("import sys; sys.exit(3)", PATIENCE)
    assert (execution.raised.kind, execution.died) == ("SystemExit", False)
    assert said(kernel, "1 + 1") == "2"


def test_much_output_is_kept_nowhere(kernel):
    tracemalloc.start()
    execution = kernel.run("for i in range(20_000): print(i, 'x' * 500)\n" + shows("q", "met"), 60)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each.question for each in execution.reports] == ["q"]
    assert kept < 1_000_000  # bytes, of the 10 million that were printed


def test_what_another_cell_shows_late_is_not_of_this_cell(kernel):
    report = {"question": "q", "outcomes": []}
    source = (
        "k = get_ipython().kernel\n"
        f"content = {{'data': {{{REPORTS!r}: {report}}}, 'metadata': {{}}}}\n"
        "k.session.send(k.iopub_socket, 'display_data', content, parent={parent})"
    )
    assert kernel.run(source.replace("{parent}", "k.get_parent()"), PATIENCE).reports != ()
    assert kernel.run(source.replace("{parent}", "k.session.msg('execute_request')"), PATIENCE).reports == ()


def test_garbage_on_the_kernels_socket_is_passed_over(kernel):
    sent = "get_ipython().kernel.iopub_socket.send_multipart([b'no', b'message'])"
    assert kernel.run(f"{sent}\n{shows('q', 'met')}", PATIENCE).reports[0].question == "q"


def test_a_traceback_that_lies_is_an_error_without_a_line(kernel):
    source = "class Odd(Exception):\n    def _render_traceback_(self): return ['Cell In[9', 'odd']\nraise Odd('x')"
    assert kernel.run(source, PATIENCE).raised == Raised("Odd", "x")


def test_what_lasts_too_long_is_interrupted_and_the_kernel_goes_on(kernel):
    begin = time.monotonic()
    execution = kernel.run("x = 0\nwhile True:\n    x += 1", 1)
    assert 1 <= time.monotonic() - begin < PATIENCE
    assert (execution.stopped, execution.died) == (True, False)
    assert execution.raised.kind == "KeyboardInterrupt" and execution.raised.line in (2, 3)
    assert said(kernel, "x > 0") == "True"


def test_a_loop_that_prints_without_end_is_interrupted_too(kernel):
    execution = kernel.run("while True: print('on', flush=True)", 1)
    assert (execution.stopped, execution.died) == (True, False)


def test_what_cannot_be_interrupted_ends_the_kernel(folder, monkeypatch):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.5)
    with fresh_kernel(folder) as running:
        pid = int(said(running, "__import__('os').getpid()"))
        execution = running.run(STUBBORN, 0.5)
        assert (execution.stopped, execution.died) == (True, True)
        assert ended(pid)


class Deaf:
    """A client to which the word that a cell is done gets lost, as in a flood of output."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def get_iopub_msg(self, timeout: float) -> Any:
        message = self.client.get_iopub_msg(timeout=timeout)
        if message["content"].get("execution_state") == "idle":
            raise Empty
        return message


def test_a_cell_is_done_when_the_kernel_replies_though_its_last_word_gets_lost(kernel):
    begin = time.monotonic()
    execution = Kernel(kernel._manager, Deaf(kernel._client)).run(shows("q", "met") + "\n1 / 0", PATIENCE)
    assert time.monotonic() - begin < PATIENCE / 2
    assert len(execution.reports) == 1 and not execution.stopped
    assert execution.raised is not None and execution.raised.line == 3


def test_the_history_of_whoever_runs_it_is_not_touched(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    with fresh_kernel(folder) as running:
        running.run("marked = 'a line like no other'", PATIENCE)
        assert said(running, "get_ipython().history_manager.hist_file") == "':memory:'"
    assert not any(b"no other" in each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())


@pytest.mark.parametrize("source", ["import os; os._exit(1)", "quit()", "import os; os.kill(os.getpid(), 9)"])
def test_a_kernel_that_ends_in_a_cell_is_told(folder, source):
    with fresh_kernel(folder) as running:
        begin = time.monotonic()
        assert running.run(source, PATIENCE).died
        assert time.monotonic() - begin < PATIENCE / 2


def test_at_the_end_the_kernel_and_all_that_it_started_are_gone(folder, tmp_path):
    note = tmp_path / "pids"
    start = f"import os, subprocess\nchild = subprocess.Popen(['sleep', '300'])\nopen({str(note)!r}, 'w').write"
    with fresh_kernel(folder) as running:
        running.run(f"{start}(f'{{os.getpid()}} {{child.pid}}')\nos._exit(1)", PATIENCE)
    assert all(ended(int(pid)) for pid in note.read_text().split())


def test_nothing_is_left_behind(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with fresh_kernel(folder) as running:
        running.run("a = 1", PATIENCE)
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == list(folder.iterdir()) == []


def test_what_the_process_prints_by_itself_is_not_shown(folder, tmp_path, monkeypatch, capfd):
    (tmp_path / "sitecustomize.py").write_text("import sys; print('loud'); print('louder', file=sys.stderr)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with fresh_kernel(folder) as running:
        assert running.run(
            "import ctypes; ctypes.string_at(0)", PATIENCE
        ).died  # a crash writes to the first standard error
    assert capfd.readouterr() == ("", "")


def test_a_kernel_that_does_not_start_is_one_line(folder, monkeypatch, refusal):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    def start() -> None:
        with fresh_kernel(folder):
            pass

    assert "/bin/false -m ipykernel_launcher" in refusal(AmalError, start)
