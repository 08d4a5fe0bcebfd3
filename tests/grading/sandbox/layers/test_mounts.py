"""What is mounted where."""

from __future__ import annotations

from pathlib import Path

from amal_attention.grading.sandbox.layers.mounts import Mount, mounts

TOLD = """\
22 1 0:20 / /proc rw,nosuid shared:5 - proc proc rw
23 1 8:1 /home/a\\040-\\040b /mnt/with\\040space\\134 ro master:1 propagate_from:2 - ext4 /dev/sda1 rw
24 1 0:21 /.. /sys/fs/cgroup rw - cgroup2 none rw
"""


def test_kind_root_and_place_of_each_are_read_whatever_signs_they_hold(tmp_path):
    (tmp_path / "mountinfo").write_text(TOLD)
    assert list(mounts(tmp_path)) == [
        Mount("proc", "/", "/proc"),
        Mount("ext4", "/home/a - b", "/mnt/with space\\"),
        Mount("cgroup2", "/..", "/sys/fs/cgroup"),
    ]


def test_the_kernel_tells_of_its_own():
    assert any(each.kind == "proc" and Path(each.place).is_dir() for each in mounts())
