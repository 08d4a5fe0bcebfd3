"""Submissions that attack the grader. Most answer the first question wrongly and the others rightly.

So each shows two things at once: that a wrong answer earns nothing, and that the right ones beside it are not lost.
What comes of an attack on its own process, such as a patched ``isinstance``, is the submission's own loss.
"""

# ruff: noqa: E501 -- what a submission does stands on a line

from __future__ import annotations

from amal_attention.grading.verdict.verdict import Status
from tests.grading.submissions.library import TOO_MANY, Bad, added, answered, bad, both, cheating
from tests.grading.submissions.mill import POINTS, RIGHT, WRONG

__all__ = ["ATTACKS", "ONCE"]

_FIRST = {"q1-scale": WRONG["q1-scale"]}
_ALL = list(POINTS)

# The combined attack

COMBINED = """
import torch, builtins
from IPython.core.getipython import get_ipython
from IPython.display import publish_display_data

torch.allclose = torch.equal = lambda *inputs, **named: True
torch.testing.assert_close = lambda *inputs, **named: None
shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: ["pass\\n"] if any("assert" in line for line in lines) else lines)
shell.display_pub.publish(data={"text/plain": "test-q1-scale: 3 of 3"}, metadata={})
shell.displayhook.prompt_count = 1000
publish_display_data({"application/vnd.amal.verdict+json": {"earned": 8, "status": "graded"}})


class Always(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __float__(self): return 1.0
    __hash__ = None
"""

_ALWAYS = {
    "q1-scale": "class Scale(nn.Module):\n    def __init__(self, start):\n        super().__init__()\n"
    "    def forward(self, x):\n        return Always()\n    def parameters(self, *given):\n        return Always()",
    "q2-total": "def total(x):\n    return Always()",
    "q3-longest": "def longest(words):\n    return Always()",
}

# Things that lie

_LIES = """
import torch


class Lying(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, inputs=(), named=None):
        return True
    @property
    def shape(self): return Like()
    def __eq__(self, other): return True


class Like(tuple):
    def __eq__(self, other): return True
    def __ne__(self, other): return False


class Word(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __str__(self): return "x" * 1000
    def encode(self, *given): return b"x"


class Names(dict):
    def items(self): return [("factor", torch.ones(()))] * 3
    def __iter__(self): return iter(["factor"])
"""

# What is said on the channel

_CHANNEL = """
import os, socket, struct, json

def channels():
    found = []
    for number in [int(name) for name in sorted(os.listdir("/proc/self/fd"), key=int) if int(name) > 2]:
        try:
            found.append(socket.socket(fileno=os.dup(number)))
            found[-1].setblocking(True)
        except OSError:
            pass
    return found

def frame(value, body=b"", magic=b"AMAL", version=2, header=None, length=None):
    text = json.dumps(value, separators=(",", ":")).encode()
    sizes = (header or len(text), len(body) if length is None else length)
    return struct.pack("<4sIIQ", magic, version, *sizes) + text + body

channel = channels()[0]  # the others are those of an event loop
"""


def _replies(value: str) -> str:
    """The shell's own answer to everything but cells is this."""
    return f"""
from amal_attention.grading.wire import session
from collections import namedtuple
from amal_attention.grading.wire.frame import Handle
run = session.Session.run
def replies(self, operations):
    operation, *details = operations[-1]
    if operation == "run":
        run(self, *details)
        return [("value", None)]
    return [({value}) for _ in operations]
session.Session.replies = replies
"""


_NO_ANSWER = "an answer came that is none"
_LOST_ALL = {"lost": _ALL, "status": Status.CRASHED}


def _channel(source: str, **ends: object) -> Bad:
    """An attack on the channel from the first answer's first call; that question is lost and no other."""
    attacking = RIGHT["q1-scale"].replace("return x * self.factor", "attack()\n        return x * self.factor")
    source = f"channel.setblocking(True)\n{source.strip()}"
    lines = "\n".join(f"    {line}" for line in source.splitlines())
    ends = {"lost": ["q1-scale"], "status": Status.PARTIAL} | ends
    return bad(answered(q1=f"{_CHANNEL}\ndef attack():\n{lines}\n\n{attacking}"), **ends)  # type: ignore[arg-type]


ATTACKS: dict[str, Bad] = {
    "the combined attack on wrong answers": bad(both(answered(
        q1=_ALWAYS["q1-scale"], q2=_ALWAYS["q2-total"], q3=_ALWAYS["q3-longest"]), added(COMBINED)), lost=_ALL),
    "the combined attack beside wrong answers": bad(cheating(COMBINED, WRONG), lost=_ALL),
    "the combined attack beside right answers": bad(added(COMBINED)),
    # Patches
    "patched torch.allclose": bad(
        cheating("torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True", _FIRST, last=True), lost=["q1-scale"]),
    "patched torch.testing": bad(
        cheating("torch.testing.assert_close = lambda *a, **k: None", _FIRST, last=True), lost=["q1-scale"]),
    "patched isinstance": bad(
        cheating("import builtins\nbuiltins.isinstance = lambda *a: True", WRONG, last=True), lost=_ALL, status=Status.PARTIAL,
        why="by itself"),
    "patched builtins": bad(
        cheating("import builtins\nbuiltins.sorted = lambda *a, **k: ['factor']\nbuiltins.max = lambda *a, **k: 0", _FIRST),
        lost=["q1-scale", "q3-longest"]),
    "patched showtraceback": bad(
        cheating("from IPython.core.interactiveshell import InteractiveShell\n"
                 "InteractiveShell.showtraceback = lambda *a, **k: None", _FIRST), lost=["q1-scale"]),
    "patched json, struct and the wire": bad(
        cheating("from amal_attention.grading.wire import frame\nframe.encode = lambda *a: b''\n"
                 "import json, struct\njson.dumps = json.loads = struct.pack = None", _FIRST), lost=["q1-scale"]),
    "patched pytest and checks": bad(
        cheating("import amal_attention.checks as checks\nfrom amal_attention.checks import expectation, values\n"
                 "checks.close_to = values.close_to = values.same = lambda *a, **k: True\n"
                 "expectation.Missed = type('Missed', (Exception,), {'__init__': lambda *a, **k: None})", _FIRST),
        lost=["q1-scale"]),
    "patched clone, so that inputs are kept": bad(
        cheating("kept = []\nclone = torch.Tensor.clone\ndef keep(self, *a, **k):\n    kept.append(self)\n    return clone(self, *a, **k)\n"
                 "torch.Tensor.clone = keep", _FIRST), lost=["q1-scale"]),
    "patched LocalStudent": bad(
        cheating("from amal_attention.grading.wire import student, session\n"
                 "session.LocalStudent.__getattr__ = lambda self, name: type('Own', (), {'ask': lambda *a, **k: 1.0})()", WRONG), lost=_ALL),
    "patched LocalStudent with what it is asked": bad(
        cheating("from amal_attention.checks.subjects import subject\nfrom amal_attention.grading.wire import session\nimport torch\n"
                 "class Own:\n    def __init__(self, names): pass\n"
                 "    def __getattr__(self, name): return subject.LocalFunction(torch.sum)\nsession.LocalStudent = Own", WRONG), lost=_ALL),
    # IPython
    "an input transformer": bad(
        cheating("from IPython.core.getipython import get_ipython\nget_ipython().input_transformers_cleanup.append(\n"
                 "    lambda lines: [line.replace('x + 1 + self.weight.sum()', 'x') for line in lines])", _FIRST),
        lost=["q1-scale"]),
    "an input transformer that empties cells": bad(
        added("from IPython.core.getipython import get_ipython\nget_ipython().input_transformers_post.append(lambda lines: [])"),
        lost=_ALL),
    "a transformer of trees": bad(
        cheating("import ast\nfrom IPython.core.getipython import get_ipython\nclass Drop(ast.NodeTransformer):\n"
                 "    def visit_Assert(self, node): return ast.Pass()\nget_ipython().ast_transformers.append(Drop())", _FIRST),
        lost=["q1-scale"]),
    "hooks of cells": bad(
        cheating("from IPython.core.getipython import get_ipython\nshell = get_ipython()\n"
                 "for name in ('pre_run_cell', 'post_run_cell', 'pre_execute', 'post_execute'):\n"
                 "    shell.events.register(name, lambda *given: 1 / 0)", _FIRST), lost=["q1-scale"]),
    "a shell of its own": bad(
        cheating("from IPython.core.interactiveshell import InteractiveShell\n"
                 "class Result:\n    error_before_exec = error_in_exec = None\n"
                 "InteractiveShell.run_cell = lambda self, *a, **k: Result()", {}), lost=_ALL),
    "a fake result published": bad(
        cheating("from IPython.display import display, publish_display_data\n"
                 "publish_display_data({'text/plain': 'All tests passed', 'application/json': {'score': 8}})\n"
                 "display({'earned': 8.0, 'status': 'graded'})\n8", _FIRST), lost=["q1-scale"]),
    "a verdict printed": bad(
        cheating("print('{\"submission\": \"me\", \"status\": \"graded\", \"earned\": 8.0}')\n"
                 "print('test_product PASSED\\n8 passed in 0.01s')", _FIRST), lost=["q1-scale"]),
    # Objects that lie
    "tensors that lie": bad(
        both(added(_LIES), answered(q1=WRONG["q1-scale"].replace("x + 1 + self.weight.sum()", "(x + 1).as_subclass(Lying)"),
                                    q2="def total(x):\n    return x.mean(dim=1).detach().as_subclass(Lying)")),
        lost=["q1-scale", "q2-total"]),
    "tensors that lie, with the truth": bad(
        both(added("class Mine(torch.Tensor): pass"), answered(q2="def total(x):\n    return x.sum(dim=1).as_subclass(Mine)"))),
    "words that lie": bad(both(added(_LIES), answered(q3="def longest(words):\n    return Word('x')")), lost=["q3-longest"]),
    "dicts that lie": bad(
        both(added(_LIES), answered(q2="def total(x):\n    return Names()", q3="def longest(words):\n    return Names()")),
        lost=["q2-total", "q3-longest"]),
    "numbers that lie": bad(
        both(added("class Always(float):\n    __eq__ = lambda *a: True\n    __float__ = lambda self: 0.0\n    __hash__ = None"),
             answered(q2="def total(x):\n    return Always(7)", q3="def longest(words):\n    return Always(7)")),
        lost=["q2-total", "q3-longest"]),
    "a module that forges its parameters": bad(
        answered(q1=WRONG["q1-scale"] + "\n    def named_parameters(self, *a, **k):\n        yield 'factor', nn.Parameter(torch.ones(()))"),
        lost=["q1-scale"]),
    # Replies
    "NaN": bad(answered(q2="def total(x):\n    return x.sum(dim=1) * float('nan')"), lost=["q2-total"]),
    "infinite numbers": bad(answered(q2="def total(x):\n    return x.sum(dim=1) / 0"), lost=["q2-total"]),
    "another shape": bad(answered(q2="def total(x):\n    return x.sum(dim=1, keepdim=True)"), lost=["q2-total"]),
    "a shape that broadcasts": bad(answered(q2="def total(x):\n    return x.sum()"), lost=["q2-total"]),
    "no numbers": bad(answered(q2="def total(x):\n    return x[:0].sum(dim=1)"), lost=["q2-total"]),
    "another dtype": bad(answered(q2="def total(x):\n    return x.sum(dim=1).to(torch.int8)"), lost=["q2-total"]),
    "complex numbers": bad(answered(q2="def total(x):\n    return x.sum(dim=1).to(torch.complex64)"), lost=["q2-total"]),
    "a tensor of eight axes": bad(answered(q2="def total(x):\n    return torch.zeros([2] * 8)"), lost=["q2-total"]),
    "a tensor of nine axes": bad(answered(q2="def total(x):\n    return torch.zeros([1] * 9)"), lost=["q2-total"]),
    "a tensor of no storage": bad(answered(q2="def total(x):\n    return torch.empty(3, device='meta')"), lost=["q2-total"]),
    "a sparse tensor": bad(answered(q2="def total(x):\n    return x.sum(dim=1).to_sparse()"), lost=["q2-total"]),
    "a tensor expanded beyond measure": bad(
        answered(q2="def total(x):\n    return torch.zeros(1).expand(2**40)"), lost=["q2-total"]),
    "a reply of 60 MB": bad(answered(q2="def total(x):\n    return torch.zeros(15 * 2**20)"), lost=["q2-total"]),
    "a reply that is too large": bad(answered(q2="def total(x):\n    return torch.zeros(2**25, dtype=torch.uint8)"), lost=["q2-total"]),
    "a text that is too long": bad(answered(q3="def longest(words):\n    return 'x' * 10**6"), lost=["q3-longest"]),
    "a text of many lines": bad(answered(q3="def longest(words):\n    return 'ab\\n' * 20_000"), lost=["q3-longest"]),
    "half a surrogate pair": bad(answered(q3="def longest(words):\n    return '\\ud800'"), lost=["q3-longest"]),
    "lists in lists": bad(answered(q3="def longest(words):\n    x = words\n    for _ in range(900): x = [x]\n    return x"), lost=["q3-longest"]),
    "a hundred thousand values": bad(answered(q3="def longest(words):\n    return [0] * 10**5"), lost=["q3-longest"]),
    "a function as a reply": bad(answered(q3="def longest(words):\n    return longest"), lost=["q3-longest"]),
    "a module where none is asked": bad(answered(q2="def total(x):\n    return nn.Linear(1, 1)"), lost=["q2-total"]),
    "a pickle": bad(
        answered(q3="import os\nclass Pickled:\n    def __reduce__(self):\n        return os.system, ('touch /tmp/OWNED',)\n"
                    "def longest(words):\n    return Pickled()"), lost=["q3-longest"]),
    # The channel
    "a reply never sent": _channel("import time; time.sleep(1000)", why="no answer within"),
    "a reply byte by byte": _channel(
        "import time\nfor byte in frame(['x' * 60_000]):\n    channel.sendall(bytes([byte])); time.sleep(0.01)", why="no answer within"),
    "garbage": _channel("channel.sendall(os.urandom(10_000))", why=_NO_ANSWER),
    "a pickle on the channel": _channel("import pickle; channel.sendall(pickle.dumps(['value', 1]))", why=_NO_ANSWER),
    "a giant header": _channel("channel.sendall(frame(0, header=2**32 - 1))", why=_NO_ANSWER),
    "a giant body": _channel("channel.sendall(frame(0, length=2**63))", why=_NO_ANSWER),
    "a tensor that is not there": _channel(
        "channel.sendall(frame([{'tuple': ['value', {'tensor': ['float32', [2**12, 2**11]]}]}], length=2**25))\nimport time; time.sleep(1000)",
        why="no answer within"),
    "nesting without end": _channel("channel.sendall(frame(0, header=10**6)[:20] + b'[' * 10**6)", why=_NO_ANSWER),
    "an operation of its own": _channel("channel.sendall(frame([{'tuple': ['verdict', {'dict': {'earned': 8}}]}]))", why=_NO_ANSWER),
    "a flood": _channel("while True: channel.sendall(bytes(2**20))", why=_NO_ANSWER),
    "a flood of replies": _channel("while True: channel.sendall(frame([{'tuple': ['value', 'x' * 60_000]}]))", lost=["q1-scale", "q2-total"],
        why=_NO_ANSWER),
    "the channel closed": _channel("os.closerange(3, 256)", why="its process"),
    "the channel shut": _channel("channel.shutdown(2)", why="its process"),
    "the channel replaced by dup2": _channel(
        "mine, other = socket.socketpair()\nfor each in os.listdir('/proc/self/fd'):\n"
        "    if int(each) > 2 and int(each) not in (mine.fileno(), other.fileno()):\n        os.dup2(mine.fileno(), int(each))\n"
        "import time; time.sleep(1000)", why="its process"),
    "a child that keeps the channel": _channel(
        "import time\nif os.fork():\n    os._exit(0)\nos.setsid()\ntime.sleep(1000)", why="its process"),
    "file descriptors sent along": bad(
        both(answered(q1=WRONG["q1-scale"]), added(f"{_CHANNEL}\nsocket.send_fds(channel, [frame([{{'tuple': ['value', None]}}])], [0, 1, 2] * 50)")),
        **_LOST_ALL, why=_NO_ANSWER),
    "replies sent ahead": bad(
        cheating(f"{_CHANNEL}\nfor number in [1, 2, 3] * 40: channel.sendall(frame([{{'tuple': ['value', {{'float': '3ff0000000000000'}}]}}] * number))", {}),
        **_LOST_ALL, why=_NO_ANSWER),
    "handles sent ahead": bad(
        cheating(f"{_CHANNEL}\nfor number in [1, 2, 3] * 40: channel.sendall(frame([{{'tuple': ['value', {{'handle': 0}}]}}] * number))", {}),
        **_LOST_ALL, why=_NO_ANSWER),
    "replies that say: met": bad(both(
        answered(q1=WRONG["q1-scale"], q2=WRONG["q2-total"], q3=WRONG["q3-longest"]),
        added(_replies('"raised", ("met", "met", "", "", "", "")'))), lost=_ALL),
    "replies that say: to do": bad(added(_replies('"raised", ("", "to do", "", "", "", "")')), lost=_ALL),
    "replies that say: no memory": bad(added(_replies('"memory", ()')), lost=_ALL, status=Status.OUT_OF_MEMORY, why="MB of memory"),
    "replies that are no outcome": bad(added(_replies('"raised", [1, 2, 3]')), **_LOST_ALL, why=_NO_ANSWER),
    "replies of another length": bad(added(_replies('"value", 1, 2')), **_LOST_ALL, why=_NO_ANSWER),
    "replies that are no pair": bad(added(_replies('{"value": 1}')), **_LOST_ALL, why=_NO_ANSWER),
    "only handles": bad(added(_replies('"value", Handle(2**62)')), lost=_ALL),
    "only named tuples": bad(added(_replies('"value", namedtuple("Own", "count shape")(torch.ones(1), torch.ones(1))')), lost=_ALL),
    "only tuples of tuples": bad(added(_replies('"value", (((((),),),), [], {})')), lost=_ALL),
    "texts of terminals": bad(
        added(_replies('"raised", ("", "missed", "\\x1b[2J", "\\x1b]0;x\\x07", "\\u202e", "<script>")')), lost=_ALL),
    # Knowledge
    "detection of the grader, and answers kept for public inputs": bad(
        answered(q2="import sys\nKEPT = {(2, 3): torch.tensor([3.0, 3.0])}\ndef total(x):\n"
                    "    if 'amal_attention.grading.wire.session' in sys.modules:\n        return KEPT.get(tuple(x.shape), torch.zeros(1))\n"
                    "    return KEPT[2, 3]",
                 q3="def longest(words):\n    return {2: 'bb'}.get(len(words), 'bb')"), lost=["q2-total", "q3-longest"]),
    "a reference answer imported": bad(
        answered(q1="from mill import Scale", q2="from solutions.mill.mill import total", q3="from amal_attention.mill import longest"),
        lost=_ALL),
    "a module that is forbidden": bad(
        answered(q1="class Scale(nn.MultiheadAttention):\n    def __init__(self, start):\n        super().__init__(2, 1)\n"
                    "        self.start = start\n    def forward(self, x):\n        return x * self.start"), earned={"q1-scale": 1.0}),
    # What outlives
    "a child that outlives its parent": bad(
        added("import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n"
              "    for number in range(3, 256):\n        try: os.close(number)\n        except OSError: pass\n"
              "    while True:\n        os.write(1, b'still here')\n        time.sleep(0.1)")),
    "a child that stops its parent": bad(
        answered(q2="import os, signal, time\ndef total(x):\n    if os.fork() == 0:\n        while True:\n"
                    "            os.kill(os.getppid(), signal.SIGSTOP)\n    time.sleep(0.1)\n    while True: pass"),
        lost=["q2-total"], status=Status.PARTIAL, why="no answer within"),
    "a trap at the end": bad(
        added("import atexit, os, signal, time\nclass Late:\n    def __del__(self): time.sleep(100)\nlate = Late()\n"
              "atexit.register(time.sleep, 100)\nfor each in range(1, 65):\n"
              "    try: signal.signal(each, lambda *a: None)\n    except (OSError, ValueError): pass\n")),
    "every signal to itself and to all": bad(
        added("import os, signal\nfor each in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):\n    signal.signal(each, signal.SIG_IGN)\n"
              "    os.kill(os.getpid(), each)\n    if os.fork() == 0:\n        os.kill(-1, each)\n        os._exit(0)")),
    "a gigabyte of output": bad(
        added("import os\nwhile True: os.write(1, bytes(2**20))"), status=Status.PARTIAL, why="no answer within"),
    "memory in /dev/shm": bad(
        added("for name in range(100):\n    with open(f'/dev/shm/{name}', 'wb') as file: file.write(bytes(2**20))")),
    "memory of forks": bad(
        added("import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        kept = bytearray(b'x') * (90 * 2**20)\n"
              "        time.sleep(1000)\ntime.sleep(2)"), status=Status.PARTIAL, why="MB of memory"),
    "a sparse file": bad(added("with open('sparse', 'wb') as file: file.truncate(2**40)")),
    "limits raised": bad(
        added("import resource\nfor name in dir(resource):\n    if name.startswith('RLIMIT_'):\n"
              "        try: resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY,) * 2)\n"
              "        except (OSError, ValueError): pass\nkept = torch.ones(100 * 2**20)\n"), status=Status.PARTIAL, why="MB of memory"),
}  # fmt: skip


_OVER = {"status": Status.PARTIAL, "why": "MB of memory"}

ONCE: dict[str, Bad] = {
    "anonymous memory that is shared": bad(
        added("import mmap, time\nkept = mmap.mmap(-1, 350 * 2**20)\n"
              "for each in range(0, len(kept), 4096): kept[each] = 1\ntime.sleep(0.3)")),
    "page tables": bad(
        added("import mmap, time\nkept = mmap.mmap(-1, 140 * 2**30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, mmap.PROT_READ)\n"
              "for place in range(0, len(kept), 2**21): kept[place]\ntime.sleep(1000)"), **_OVER),
    "buffers of sockets": bad(
        added("import os, socket, time\nfor _ in range(9):\n    if os.fork() == 0: break\n"
              "kept = [socket.socketpair() for _ in range(110)]\ntime.sleep(1000)"), **_OVER),
    "inotify instances of all": bad(
        added("import ctypes\nif any(ctypes.CDLL(None).inotify_init1(0) >= 0 for _ in range(200)): import os; os._exit(1)")),
    "more processes than the machine has processors": bad(
        added("import os\nfor _ in range(12):\n    if os.fork() == 0: break\nwhile True: pass"),
        status=Status.PARTIAL, why="of CPU time"),
    "memory that is a file without a name": bad(
        added("import os, time\nkept = [os.memfd_create('x') for _ in range(100)]\n"
              "for each in kept: os.write(each, bytes(4 * 2**20))\ntime.sleep(0.3)")),
    "segments of shared memory": bad(
        added("import ctypes, time\nlibrary = ctypes.CDLL(None)\nlibrary.shmat.restype = ctypes.c_void_p\nsize = 50 * 2**20\n"
              "for _ in range(8):\n    segment = library.shmget(0, ctypes.c_size_t(size), 0o1600)\n"
              "    place = library.shmat(segment, None, 0)\n    ctypes.memset(place, 1, size)\n"
              "    library.shmdt(ctypes.c_void_p(place))\ntime.sleep(0.3)"), status=Status.PARTIAL, why="egmentation fault"),
    "forks that cannot be looked at": bad(
        added("import ctypes, os, time\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\nfor _ in range(4):\n    if os.fork() == 0:\n"
              "        kept = bytearray(b'x') * (90 * 2**20)\n        time.sleep(1000)\ntime.sleep(0.7)"), **_OVER),
    "threads without number": bad(
        added("import threading, time\nthreading.stack_size(65536)\nfor _ in range(100):\n"
              "    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\ntime.sleep(0.4)"),
        **TOO_MANY),
    "an exception that cannot be shown": bad(
        answered(q3="class Odd(Exception):\n    def __str__(self): raise self\ndef longest(words):\n    raise Odd"),
        lost=["q3-longest"]),
    "a command of the shell in an answer": bad(
        answered(q1="!pip list > /dev/null\n" + RIGHT["q1-scale"]), works=True),
    "inference mode that stays": bad(added("stays = torch.inference_mode()\nstays.__enter__()")),
}  # fmt: skip
"""Submissions that once passed a limit, or lost what they deserve."""
