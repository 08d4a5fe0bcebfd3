"""Submissions graded by several processes: the same verdicts, whatever becomes of a worker."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import CourseError, LabError, SandboxError
from amal_attention.grading.run import dask_workers, workers
from amal_attention.grading.run.dask_workers import DaskGrader
from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.run.parcel import LabParcel
from amal_attention.grading.run.workers import Crew, grade_on_workers
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.sandbox.supervisor import _descendants as descendants
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab
from tests.grading.conftest import DEADLY_TOTAL, WRONG_TOTAL, run_script, solved, write_till
from tests.processes import HANGS

pytest.importorskip("distributed", reason="needs Dask (pip install '.[grade]')")

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("forks")]

HANDED_IN = {
    "ada": solved(),
    "bob": solved(q1=WRONG_TOTAL),
    "cy": solved(q1=DEADLY_TOTAL),
    "eve": b"no notebook",
    **{f"more{number}": solved(q2=f"def change(paid, prices): return {number}") for number in range(4)},
}


def submissions() -> list[Submission]:
    return [Submission(name, raw) for name, raw in HANDED_IN.items()]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_till(tmp_path_factory.mktemp("labs"))


def plain(verdict: Verdict) -> Verdict:
    """What of a verdict is the same each time."""
    return replace(verdict, seconds=0.0, cpu_seconds=0.0, peak_mb=0.0)


@pytest.fixture(scope="module")
def alone(lab: Lab) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    grade_each(
        lab,
        submissions(),
        lambda each: found.update({each.submission: plain(each)}),
        seed=7,
        isolation=Isolation.PROCESS,
    )
    return found


def graded(lab: Lab, crew: Crew, report: Any = None) -> dict[str, Verdict]:
    found: dict[str, list[Verdict]] = {}

    def kept(verdict: Verdict) -> None:
        found.setdefault(verdict.submission, []).append(plain(verdict))
        if report is not None:
            report(verdict)

    grade_on_workers(lab, submissions(), kept, seed=7, isolation=Isolation.PROCESS, crew=crew)
    assert all(len(each) == 1 for each in found.values())
    return {name: each for name, (each,) in found.items()}


def deadly(line: Any, *given: Any) -> None:
    """A worker whom one submission always ends."""
    for submission in iter(line.recv, None):
        if submission.name == "bob" and submission.raw is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        status = submission.status if submission.raw is None else Status.GRADED
        line.send(Verdict(submission.name, "till", status, submission.why))


def always_deadly(line: Any, *given: Any) -> None:
    line.recv()
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_ends_a_worker_twice_has_crashed_and_the_others_have_not(lab, monkeypatch):
    monkeypatch.setattr(workers, "_work", deadly)
    verdicts = graded(lab, Crew(2))
    assert {name for name, each in verdicts.items() if each.status is Status.CRASHED} == {"bob"}
    assert "twice" in verdicts["bob"].why and set(verdicts) == set(HANDED_IN)


def test_workers_that_all_end_are_told(lab, monkeypatch, refusal):
    monkeypatch.setattr(workers, "_work", always_deadly)
    assert "each ends at once" in refusal(SandboxError, lambda: graded(lab, Crew(2)))


def test_workers_of_this_machine_give_the_verdicts_of_one_alone(lab, alone):
    assert graded(lab, Crew(2)) == alone


BUSY = """def total(prices):
    import os
    for _ in range(26):
        if os.fork() == 0: break
    while True: pass"""
HONEST_AND_SLOW = """import time
begin = time.process_time()
while time.process_time() < begin + 0.7: pass
def total(prices):
    return float(sum(prices))"""


@pytest.mark.usefixtures("bubblewrap")
def test_twenty_seven_busy_processes_beside_them_change_nobodys_verdict(lab, alone):
    handed_in: list[Submission] = []
    for name in ("bob", "slow"):
        raw = solved(q1=HONEST_AND_SLOW) if name == "slow" else HANDED_IN[name]
        handed_in += [Submission(f"busy {name}", solved(q1=BUSY)), Submission(name, raw)]
    found: dict[str, Verdict] = {}
    grade_on_workers(
        lab,
        handed_in,
        lambda each: found.update({each.submission: each}),
        seed=7,
        isolation=Isolation.SANDBOX,
        crew=Crew(2),
    )
    assert found["busy bob"].earned == found["busy slow"].earned < alone["ada"].earned
    assert found["slow"].questions == alone["ada"].questions
    assert found["bob"].questions == alone["bob"].questions


def listening(pids: set[int]) -> dict[str, str]:
    """The sockets that listen and that one of these processes holds: addresses by kind and place."""
    held = set()
    for pid in pids:
        for each in Path(f"/proc/{pid}/fd").glob("*"):
            with contextlib.suppress(OSError):
                held.add(each.readlink().name.removeprefix("socket:[").removesuffix("]"))
    found = {}
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in held:
                found[f"{kind} {fields[1]}"] = kind
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[6] in held and int(fields[3], 16) & 0x10000:  # it listens
            found[fields[7] if len(fields) > 7 else "no name"] = "unix"
    return found


CONNECT = """
import json, os, socket, sys
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
refused = []
for place in json.loads(sys.argv[1]):
    try:
        socket.socket(socket.AF_UNIX).connect(place.replace("@", chr(0)) if place[0] == "@" else place)
    except PermissionError:
        refused.append(place)
print(json.dumps(refused))
"""


def test_no_other_user_of_the_machine_can_connect_to_anything_of_the_grader(lab):
    found: dict[str, str] = {}
    refused: list[str] = []
    before = listening(descendants(os.getpid()) | {os.getpid()})

    def report(verdict: Verdict) -> None:
        new = {each: kind for each, kind in listening(descendants(os.getpid())).items() if each not in before}
        found.update(new)
        if os.getuid() == 0 and not refused:
            refused.extend(run_script(CONNECT, json.dumps([each for each, kind in new.items() if kind == "unix"])))

    graded(lab, Crew(2), report)
    assert set(found.values()) <= {"unix"}, found  # nothing over the network
    assert os.getuid() != 0 or set(found) == set(refused)


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, Any]:
    """What Dask is configured with for a connection that is encrypted and known by a certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=amal", "-days", "2"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return {"tls-ca-file": certificate, "tls-cert": certificate, "tls-key": key}


@pytest.fixture
def by_hand(
    tmp_path: Path, certificates: dict[str, Any], programs: Path
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a scheduler, with two workers that somebody started by hand, and one of these."""
    import dask

    address = tmp_path / "scheduler.json"
    quiet = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    tls = [part for name, path in certificates.items() for part in (f"--{name}", path)]
    scheduler = ["scheduler", "--protocol", "tls", "--port", "0", "--no-dashboard", "--scheduler-file", str(address)]
    started = [subprocess.Popen([programs / "python", "-m", "dask", *scheduler, *tls], **quiet)]
    while not address.exists():
        time.sleep(0.1)
        assert started[0].poll() is None
    found = json.loads(address.read_text())["address"]
    for _ in range(2):
        worker = ["worker", found, "--nthreads", "1", "--no-nanny", "--no-dashboard", *tls]
        started.append(subprocess.Popen([programs / "python", "-m", "dask", *worker], **quiet))
    comm = "distributed.comm.tls"
    client = {"cert": certificates["tls-cert"], "key": certificates["tls-key"]}
    with dask.config.set({f"{comm}.ca-file": certificates["tls-ca-file"], f"{comm}.client": client}):
        yield found, started[1]
    for each in reversed(started):
        each.terminate()
        each.wait(HANGS)


def test_of_two_workers_started_by_hand_one_is_killed_and_the_other_does_all_the_same(lab, alone, by_hand):
    scheduler, worker = by_hand
    assert scheduler.startswith("tls://")
    assert graded(lab, Crew(scheduler=scheduler), lambda verdict: worker.kill()) == alone
    assert worker.wait(HANGS) == -signal.SIGKILL


def test_no_scheduler_at_the_address_is_told(lab, refusal, monkeypatch):
    monkeypatch.setattr(dask_workers, "_CONNECT_SECONDS", 1)
    told = refusal(CourseError, lambda: graded(lab, Crew(scheduler="tcp://127.0.0.1:9")))
    assert "tcp://127.0.0.1:9" in told and "dask scheduler" in told


def test_what_a_worker_cannot_do_is_told_as_it_is_alone(lab, refusal, monkeypatch):
    parcel = LabParcel.of(lab, Reference.of(lab))
    broken = replace(parcel, files={each: text for each, text in parcel.files.items() if "hidden" not in each})
    grader = DaskGrader(broken, 7, Isolation.PROCESS)
    assert "hidden tests" in refusal(LabError, lambda: grader.verdict(submissions()[0]))
    assert "hidden tests" in refusal(LabError, lambda: grader.verdict(submissions()[0]))


@pytest.mark.parametrize(("crew", "one"), [(Crew(), True), (Crew(2), False), (Crew(1, "tcp://a:1"), False)])
def test_one_process_needs_no_dask(crew, one):
    assert crew.alone is one


def test_what_was_graded_is_not_kept_in_memory(lab):
    held: list[int] = []

    def report(verdict: Verdict) -> None:
        status = Path("/proc/self/status").read_text()
        held.append(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) // 1024)

    large = [Submission(f"s{number}", os.urandom(2**18)) for number in range(150)]  # as notebooks are
    grade_on_workers(lab, iter(large), report, seed=7, isolation=Isolation.PROCESS, crew=Crew(jobs=2))
    assert held[-1] - held[5] < 30  # MB, where Dask keeps the last messages it is 70
