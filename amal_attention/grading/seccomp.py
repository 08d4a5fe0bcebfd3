"""A filter of system calls: what no answer needs, and what would get around a limit or a namespace.

Memory that belongs to no process (``memfd_create``, System V segments), keys that outlive a process, and the calls
through which the kernel is most often attacked. See ``seccomp(2)``; the filter is a program of the classic BPF.
"""

from __future__ import annotations

import ctypes
import errno
import platform

__all__ = ["filter_system_calls"]

_PR_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_OFFSET_OF_NUMBER, _OFFSET_OF_MACHINE = 0, 4
_OTHER_ABI = 0x40000000  # from this number on, x86-64 takes calls of another interface

_DENIED = {  # by machine: its number in the audit interface, and those of the calls
    "x86_64": (
        0xC000003E,
        {
            "memfd_create": 319, "memfd_secret": 447, "shmget": 29, "semget": 64, "msgget": 68,
            "add_key": 248, "request_key": 249, "keyctl": 250,
            "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311,
            "mount": 165, "unshare": 272, "setns": 308, "pivot_root": 155, "open_by_handle_at": 304,
            "io_uring_setup": 425, "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "kexec_load": 246,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "memfd_create": 279, "memfd_secret": 447, "shmget": 194, "semget": 190, "msgget": 186,
            "add_key": 217, "request_key": 218, "keyctl": 219,
            "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271,
            "mount": 40, "unshare": 97, "setns": 268, "pivot_root": 41, "open_by_handle_at": 265,
            "io_uring_setup": 425, "bpf": 280, "userfaultfd": 282, "perf_event_open": 241, "kexec_load": 104,
        },
    ),
}  # fmt: skip


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def filter_system_calls() -> bool:
    """Refuse those calls to this process and all that it starts, for good; False on a machine that is not known.

    New privileges must have been forbidden before.

    Raises:
        OSError: the system does not allow it.
    """
    known = _DENIED.get(platform.machine())
    if known is None:
        return False
    machine, calls = known
    numbers = sorted(calls.values())
    refusals = [(_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    listed = [
        (_LOAD, 0, 0, _OFFSET_OF_MACHINE),
        (_EQUAL, 0, len(numbers) + 3, machine),
        (_LOAD, 0, 0, _OFFSET_OF_NUMBER),
        (_AT_LEAST, len(numbers) + 1, 0, _OTHER_ABI),
        *refusals,
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
    ]
    instructions = (_Instruction * len(listed))(*(_Instruction(*each) for each in listed))
    program = _Program(len(listed), instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "seccomp")
    return True
