"""Submissions in which something goes wrong that nobody meant to."""

# ruff: noqa: E501 -- what a submission does stands on a line

from __future__ import annotations

from amal_attention.grading.verdict.verdict import Status
from tests.grading.submissions.library import TOO_MANY, Bad, added, answered, bad, both
from tests.grading.submissions.mill import RIGHT

__all__ = ["ACCIDENTS"]

_ANY = {"alone": False}


def _forward(body: str) -> str:
    """The right class, with something more in ``forward``."""
    return RIGHT["q1-scale"].replace("return x * self.factor", f"{body}\n        return x * self.factor")


_TIMEOUT, _MEMORY, _CRASH = "no answer within", "MB of memory", "its process"

ACCIDENTS: dict[str, Bad] = {
    # Time
    "a loop without end in a cell": bad(
        added("while True: pass"), status=Status.PARTIAL, why=_TIMEOUT, **_ANY
    ),
    "a loop without end in an answer's cell": bad(
        answered(q2=RIGHT["q2-total"] + "\nwhile True: pass"),
        lost=["q2-total"], status=Status.PARTIAL, why=f"q2-total: {_TIMEOUT}"
    ),
    "a loop without end in forward": bad(
        answered(q1=_forward("while True: pass")), lost=["q1-scale"], status=Status.PARTIAL, why=_TIMEOUT, **_ANY
    ),
    "a loop that catches everything": bad(
        answered(q3="def longest(words):\n    while True:\n        try:\n            pass\n        except BaseException:\n            pass"),
        lost=["q3-longest"], status=Status.PARTIAL, why=_TIMEOUT,
    ),
    "sleep past the limit": bad(
        added("import time\ntime.sleep(1000)", last=True), status=Status.PARTIAL, why=_TIMEOUT
    ),
    "every question hangs": bad(
        answered(q1=_forward("while True: pass"), q2="def total(x):\n    while True: pass",
                 q3="def longest(words):\n    while True: pass"),
        lost=["q1-scale", "q2-total", "q3-longest"], status=Status.TIMEOUT, why=_TIMEOUT,
    ),
    # Memory
    "memory eaten in a loop": bad(
        answered(q2="kept = []\ndef total(x):\n    while True:\n        kept.append(torch.ones(2**20))"),
        lost=["q2-total"], status=Status.PARTIAL, why=_MEMORY, **_ANY,
    ),
    "memory eaten by numbers of Python": bad(
        answered(q3="def longest(words):\n    kept = []\n    while True:\n        kept.append([0] * 100_000)"),
        lost=["q3-longest"], status=Status.PARTIAL, why=_MEMORY,
    ),
    "one tensor too large": bad(
        answered(q2="def total(x):\n    return torch.zeros(2**40)"),
        lost=["q2-total"], status=Status.PARTIAL, why=_MEMORY, **_ANY,
    ),
    "memory eaten while all is defined": bad(
        added("everything = 'x'\nwhile True: everything += everything"), status=Status.PARTIAL, why=_MEMORY
    ),
    # Recursion, and deaths
    "recursion without end": bad(
        answered(q3="def longest(words):\n    return longest(words)"), lost=["q3-longest"], **_ANY
    ),
    "recursion without end in C": bad(
        answered(q2="import sys\nsys.setrecursionlimit(10**9)\ndef total(x):\n    return sorted([x], key=total)"),
        lost=["q2-total"], status=Status.PARTIAL, why=_CRASH,
    ),
    "a fork bomb": bad(
        added("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"),
        status=Status.PARTIAL, why="cell 3: ",  # too many processes; or, on a machine that is busy, no answer
    ),
    "too many processes": bad(
        added("import os, time\nfor _ in range(40):\n    if os.fork() == 0:\n        time.sleep(1000)\ntime.sleep(0.5)"),
        **TOO_MANY,
    ),
    "sys.exit": bad(added("import sys\nsys.exit(0)"), **_ANY),
    "exit in an answer": bad(answered(q3="def longest(words):\n    raise SystemExit('done')"), lost=["q3-longest"], **_ANY),
    "quit of the shell": bad(added("exit()")),
    "os._exit in a cell": bad(added("import os\nos._exit(0)"), status=Status.PARTIAL, why="by itself, with status 0", **_ANY),
    "os._exit in an answer": bad(
        answered(q3="import os\ndef longest(words):\n    os._exit(3)"),
        lost=["q3-longest"], status=Status.PARTIAL, why="by itself, with status 3", **_ANY,
    ),
    "os.abort": bad(
        answered(q2="import os\ndef total(x):\n    os.abort()"), lost=["q2-total"], status=Status.PARTIAL, why=_CRASH, **_ANY
    ),
    "a segmentation fault through ctypes": bad(
        answered(q1=_forward("import ctypes; ctypes.string_at(0)")),
        lost=["q1-scale"], status=Status.PARTIAL, why="Segmentation fault", **_ANY,
    ),
    "every question crashes": bad(
        answered(q1="import os\nos._exit(1)", q2="import os\nos._exit(1)", q3="import os\nos._exit(1)"),
        lost=["q1-scale", "q2-total", "q3-longest"], status=Status.CRASHED, why="by itself, with status 1",
    ),
    "KeyboardInterrupt raised": bad(answered(q2="def total(x):\n    raise KeyboardInterrupt"), lost=["q2-total"], **_ANY),
    "GeneratorExit raised": bad(answered(q2="def total(x):\n    raise GeneratorExit"), lost=["q2-total"]),
    "faulthandler that is to shoot": bad(
        added("import faulthandler\nfaulthandler.dump_traceback_later(0.5, exit=True)\nimport time; time.sleep(1)"),
        status=Status.PARTIAL, why="by itself, with status 1",
    ),
    # What is left running
    "a thread left running": bad(
        added("import threading, time\ndef work():\n    while True: time.sleep(0.001)\nthreading.Thread(target=work).start()"), **_ANY
    ),
    "a process left running": bad(
        added("import subprocess\nleft = subprocess.Popen(['sleep', 'SLEEP'])"), **_ANY
    ),
    "a process left running by multiprocessing": bad(
        added("import multiprocessing, time\nmultiprocessing.get_context('fork').Process(target=time.sleep, args=(1000,)).start()"), **_ANY
    ),
    "a daemon": bad(
        added(
            "import os, time\n"
            "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(1000)\n    os._exit(0)"
        ),
        **_ANY,
    ),
    # Output
    "a million lines of output": bad(added("print('a line\\n' * 10**6)"), **_ANY),
    "a line of 20 MB": bad(added("for _ in range(4): print('x' * 5_000_000, end='')"), **_ANY),
    "bytes that are no text": bad(added("import os\nos.write(1, bytes(range(256)) * 1000)"), **_ANY),
    "characters that a terminal acts on": bad(
        both(added("print('\\x1b[2J\\x1b]0;owned\\x07')"), answered(q3="def longest(words):\n    raise ValueError('\\x1b[2J\\u202e')")),
        lost=["q3-longest"], **_ANY,
    ),
    "warnings on stderr": bad(
        added("import sys, warnings\nwarnings.warn('old')\nprint('Traceback (most recent call last):', file=sys.stderr)"), **_ANY
    ),
    "output that is closed": bad(added("import os, sys\nsys.stdout.close()\nos.close(1)\nos.close(2)"), **_ANY),
    "input()": bad(added("name = input('Your name? ')"), **_ANY),
    "a breakpoint": bad(added("breakpoint()"), **_ANY),
    # Files, network, programs
    "files in its folder": bad(added("open('model.pt', 'w').write('x' * 1000)"), **_ANY),
    "a file that is too large": bad(
        added("with open('large', 'wb') as file:\n    for _ in range(100): file.write(bytes(2**20))"), **_ANY
    ),
    "files without number": bad(
        added("for name in range(10**6): open(f'{name}', 'w').close()"), works=True
    ),
    "network calls": bad(
        added("import urllib.request\nurllib.request.urlopen('http://192.0.2.1/glove.zip', timeout=1)"), works=True
    ),
    "a name that is looked up": bad(added("import socket\nsocket.gethostbyname('example.org')")),
    "pip install": bad(added("!pip install --no-input nothing-of-that-name"), works=True),
    "a file beside the notebook that shadows torch": bad(
        added("open('torch.py', 'w').write('raise SystemExit')\nopen('math.py', 'w').write('1 / 0')\nimport torch, math"), **_ANY
    ),
    # One bad line above a right answer
    "an import of what is not here": bad(answered(q1=f"from google.colab import files\n{RIGHT['q1-scale']}"), **_ANY),
    "exit() above an answer": bad(answered(q2=f"exit()\n{RIGHT['q2-total']}"), **_ANY),
    "a space that does not break": bad(answered(q3=RIGHT["q3-longest"].replace("    ", "\u00a0" * 4)), **_ANY),
    "warnings that are errors": bad(
        answered(q1=f"import warnings; warnings.simplefilter('error')\n{RIGHT['q1-scale']}"), **_ANY
    ),
    "a bracket left open behind an answer": bad(answered(q2=f"{RIGHT['q2-total']}\nprint(total(torch.ones(2, 3))"), **_ANY),
    "an assertion of their own": bad(answered(q2=f"assert 1 == 2, 'never'\n{RIGHT['q2-total']}"), **_ANY),
    "a call that is not there, between two definitions": bad(
        answered(q3=f"def near(x):\n    return x\nsolve_all()\n{RIGHT['q3-longest']}"), **_ANY
    ),
    # State left changed
    "reset before the answers": bad(added("%reset -f\nimport torch\nfrom torch import nn"), **_ANY),
    "reset after the answers": bad(added("%reset -f", last=True), lost=["q1-scale", "q2-total", "q3-longest"], **_ANY),
    "default dtype": bad(added("torch.set_default_dtype(torch.float64)", last=True), **_ANY),
    "default dtype before the answers": bad(added("torch.set_default_dtype(torch.float64)"), **_ANY),
    "threads of torch": bad(added("torch.set_num_threads(64)"), **_ANY),
    "gradients off": bad(added("torch.set_grad_enabled(False)", last=True), **_ANY),
    "gradients off by a context that stays": bad(added("stays = torch.no_grad()\nstays.__enter__()"), **_ANY),
    "default device": bad(added("torch.set_default_device('meta')", last=True), **_ANY),
    "a temporary folder": bad(added("import tempfile\ntempfile.mkdtemp()"), **_ANY),
    "seeds and states left changed": bad(
        added("import random\nrandom.seed(1)\ntorch.manual_seed(1)\nimport numpy as np\nnp.random.seed(1)"), **_ANY
    ),
    "locale": bad(added("import locale\nlocale.setlocale(locale.LC_ALL, 'C')\nimport os\nos.environ['LANG'] = 'xx'"), **_ANY),
    "another folder": bad(added("import os\nos.makedirs('a/b')\nos.chdir('a/b')\nos.rmdir('../b')"), **_ANY),
    "the shadow of torch": bad(added("torch = 1"), lost=["q1-scale"], **_ANY),
    "the shadow of torch behind the answers": bad(added("torch = 1", last=True), lost=["q1-scale"], **_ANY),
    "the shadow of check": bad(added("check = len = None\nimport builtins"), lost=["q3-longest"], **_ANY),
    "the shadow of print and list": bad(added("print = list = str = None"), **_ANY),
    "input modified in place": bad(
        answered(q1=_forward("x *= 2; x /= 2"), q2="def total(x):\n    answer = x.sum(dim=1)\n    x.zero_()\n    return answer",
                 q3="def longest(words):\n    words.sort(key=len)\n    return words.pop()"),
        earned={"q2-total": 2}, **_ANY,
    ),
    "input kept and returned changed": bad(
        answered(q2="def total(x):\n    x[:] = x.sum(dim=1, keepdim=True)\n    return x[:, 0]"),
        earned={"q2-total": 2}, **_ANY,
    ),
    "different answers at each call": bad(
        answered(q1=_forward("x = x + torch.rand(())"), q3="import random\ndef longest(words):\n    return random.choice(words)"),
        lost=["q1-scale", "q3-longest"], **_ANY,
    ),
    "a name that is not there": bad(answered(q2="def totals(x):\n    return 0"), lost=["q2-total"], **_ANY),
    "a syntax error": bad(answered(q2="def total(x:\n    return 0"), lost=["q2-total"], **_ANY),
    "nothing returned": bad(answered(q2="def total(x):\n    x.sum(dim=1)"), lost=["q2-total"], **_ANY),
    "a list that holds itself": bad(
        answered(q3="def longest(words):\n    words.append(words)\n    return words"), lost=["q3-longest"], **_ANY
    ),
}  # fmt: skip
