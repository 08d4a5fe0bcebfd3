"""What isolates submissions on this machine, found out by trying."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import SandboxError
from amal_attention.grading.sandbox import doctor
from amal_attention.grading.sandbox.doctor import Finding, examine_sandbox
from amal_attention.grading.sandbox.layers.control_group import ControlGroup, ControlGroups
from amal_attention.grading.sandbox.sandbox import Zygote

ATTEMPTS = [
    "reads a file of yours",
    "writes into this package",
    "sees other processes",
    "signals the grader",
    "uses the network",
    "makes a user namespace",
]


def by_what(findings: list[Finding]) -> dict[str, tuple[bool, str]]:
    return {each.what: (each.well, each.told) for each in findings}


@pytest.fixture
def zygote_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("HOME", str(tmp_path))

    def use(zygote: Zygote) -> None:
        monkeypatch.setattr(doctor, "Zygote", lambda *_: contextlib.nullcontext(zygote))

    return use


def test_without_bubblewrap_it_says_how_to_install_it(no_bubblewrap):
    (finding,) = examine_sandbox()
    assert (finding.what, finding.well) == ("bubblewrap", False) and "apt install bubblewrap" in finding.told


def test_it_says_which_bubblewrap_is_used(bubblewrap, monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho bubblewrap 7.8\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    first, *_ = examine_sandbox()
    assert first == Finding("bubblewrap", True, f"bubblewrap 7.8, the system's: {program}")


def test_a_bubblewrap_that_does_not_run_is_a_finding(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_bytes(b"\x7fELF of another kind of machine")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    first, second = examine_sandbox()
    assert (first.well, second.well) == (False, False)
    assert "it does not run" in first.told and "apt install bubblewrap" in second.told


def test_in_the_sandbox_a_submission_can_do_none_of_it(shut_in, zygote_of, tmp_path):
    zygote_of(shut_in)
    findings = examine_sandbox()
    assert [each for each in findings if not each.well] == []
    found = by_what(findings)
    assert found["bubblewrap"][1].startswith("bubblewrap ")
    assert [each.told for each in findings if each.what == "layer"] == list(shut_in.layers)
    assert {f"a submission that {each}" for each in ATTEMPTS} <= set(found)
    assert {told for what, (_, told) in found.items() if "submission" in what} == {"it cannot"}
    assert list(tmp_path.iterdir()) == []


def test_outside_it_the_same_attempts_succeed(bubblewrap, beside, zygote_of):
    zygote_of(beside)
    found = by_what(examine_sandbox())
    for attempt in ("reads a file of yours", "sees other processes", "signals the grader"):
        assert found[f"a submission that {attempt}"] == (False, "it can")
    writable = os.access(doctor.__file__, os.W_OK)
    assert found["a submission that writes into this package"] == (not writable, "it can" if writable else "it cannot")


def test_a_sandbox_that_does_not_start_is_a_finding(bubblewrap, monkeypatch):
    def broken(*_: object) -> None:
        raise SandboxError("no namespaces")

    monkeypatch.setattr(doctor, "Zygote", broken)
    *_, last = examine_sandbox()
    assert last == Finding("sandbox", False, "no namespaces")


MEMORY = "promise: no more memory than its limit"
GROUP = "memory held by a control group"


def with_groups(monkeypatch: pytest.MonkeyPatch, folder: Path, runs: str) -> None:
    """Have children get a group in a folder that looks like one, in which this runs."""
    folder.mkdir()
    (folder / "cgroup.procs").write_text(runs)
    monkeypatch.setattr(ControlGroups, "new", lambda *_: ControlGroup(folder, (GROUP,)))
    monkeypatch.setattr(ControlGroup, "end", lambda _: None)


def test_where_no_control_group_holds_memory_it_says_why_and_what_to_type(shut_in, zygote_of, monkeypatch):
    zygote_of(shut_in)
    monkeypatch.setattr(shut_in, "groups", ControlGroups(missing="expected one; type systemd-run"))
    well, told = by_what(examine_sandbox())[MEMORY]
    assert well and told.startswith("the supervisor looks 20 times a second; no control group holds it")
    assert told.endswith("type systemd-run")


def test_where_one_holds_it_that_is_a_layer(shut_in, zygote_of, monkeypatch, tmp_path):
    zygote_of(shut_in)
    with_groups(monkeypatch, tmp_path / "group", "7")
    findings = examine_sandbox()
    assert by_what(findings)[MEMORY][0] and by_what(findings)[MEMORY][1].startswith(GROUP)
    assert Finding("layer", True, GROUP) in findings


def test_a_group_into_which_the_submission_did_not_come_is_a_promise_not_kept(
    shut_in, zygote_of, monkeypatch, tmp_path
):
    zygote_of(shut_in)
    with_groups(monkeypatch, tmp_path / "group", "")
    monkeypatch.setattr(ControlGroup, "way_in", lambda _: contextlib.nullcontext([]))
    findings = examine_sandbox()
    well, told = by_what(findings)[MEMORY]
    assert not well and f"did not come into {tmp_path / 'group'}" in told
    assert Finding("layer", True, GROUP) not in findings


@pytest.mark.parametrize(
    ("pattern", "most", "well"), [("core", 0, True), ("|/a/program", 0, False), ("|/a/program", 7, True)]
)
def test_where_a_crash_would_start_a_program_of_the_system_that_is_told(monkeypatch, tmp_path, pattern, most, well):
    (tmp_path / "core_pattern").write_text(pattern)
    monkeypatch.setattr(doctor, "_CORES", tmp_path / "core_pattern")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (0, most))
    assert doctor._of_crashes().well is well
