"""A filter of system calls: a list of what answers need, and of their arguments; all else does not exist.

What is not in the list fails with ENOSYS, as on a kernel that is too old: programs know how to do without. Left out are
memory that belongs to no process (``memfd_create``, System V segments), quotas of the user that one submission could
spend for all (inotify, message queues, keys), and what the kernel is attacked through most (``io_uring``, ``bpf``,
``userfaultfd``, ``splice``). Arguments are looked at where one call has many doors: kinds of sockets and their buffers,
shared anonymous memory and huge pages, new namespaces, locks and leases of files, devices. See ``seccomp(2)``; the
filter is a program of the classic BPF. It follows the lists of container engines, which it is shorter than.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from collections.abc import Iterable, Sequence

__all__ = ["ALLOWED", "filter_system_calls"]

_PR_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_OFFSET_OF_NUMBER, _OFFSET_OF_MACHINE, _OFFSET_OF_ARGUMENTS = 0, 4, 16
_MACHINES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}  # number in the audit interface, column in the list

# The name of each call, its number on x86-64, and on aarch64.
_LIST = """
    accept:43:202 accept4:288:242 access:21:- alarm:37:- arch_prctl:158:- bind:49:200 brk:12:214 capget:125:90
    chdir:80:49 chmod:90:- chown:92:- clock_getres:229:114 clock_gettime:228:113 clock_nanosleep:230:115 clone:56:220
    close:3:57 close_range:436:436 connect:42:203 copy_file_range:326:285 creat:85:- dup:32:23 dup2:33:- dup3:292:24
    epoll_create:213:- epoll_create1:291:20 epoll_ctl:233:21 epoll_pwait:281:22 epoll_pwait2:441:441 epoll_wait:232:-
    eventfd:284:- eventfd2:290:19 execve:59:221 execveat:322:281 exit:60:93 exit_group:231:94 faccessat:269:48
    faccessat2:439:439 fadvise64:221:223 fallocate:285:47 fchdir:81:50 fchmod:91:52 fchmodat:268:53 fchown:93:55
    fchownat:260:54 fcntl:72:25 fdatasync:75:83 fgetxattr:193:10 flistxattr:196:13 flock:73:32 fork:57:-
    fremovexattr:199:16 fsetxattr:190:7 fstat:5:80 fstatfs:138:44 fsync:74:82 ftruncate:77:46 futex:202:98
    futex_waitv:449:449 futimesat:261:- get_mempolicy:239:236 get_robust_list:274:100 getcpu:309:168 getcwd:79:17
    getdents:78:- getdents64:217:61 getegid:108:177 geteuid:107:175 getgid:104:176 getgroups:115:158 getitimer:36:102
    getpeername:52:205 getpgid:121:155 getpgrp:111:- getpid:39:172 getppid:110:173 getpriority:140:141
    getrandom:318:278 getresgid:120:150 getresuid:118:148 getrlimit:97:163 getrusage:98:165 getsid:124:156
    getsockname:51:204 getsockopt:55:209 gettid:186:178 gettimeofday:96:169 getuid:102:174 getxattr:191:8 ioctl:16:29
    kill:62:129 lchown:94:- lgetxattr:192:9 link:86:- linkat:265:37 listen:50:201 listxattr:194:11 llistxattr:195:12
    lremovexattr:198:15 lseek:8:62 lsetxattr:189:6 lstat:6:- madvise:28:233 membarrier:324:283 mincore:27:232
    mkdir:83:- mkdirat:258:34 mknod:133:- mknodat:259:33 mlock:149:228 mlock2:325:284 mmap:9:222 mprotect:10:226
    mremap:25:216 msync:26:227 munlock:150:229 munmap:11:215 nanosleep:35:101 newfstatat:262:79 open:2:- openat:257:56
    openat2:437:437 pause:34:- personality:135:92 pidfd_open:434:434 pidfd_send_signal:424:424 pipe:22:- pipe2:293:59
    poll:7:- ppoll:271:73 prctl:157:167 pread64:17:67 preadv:295:69 preadv2:327:286 prlimit64:302:261 pselect6:270:72
    pwrite64:18:68 pwritev:296:70 pwritev2:328:287 read:0:63 readlink:89:- readlinkat:267:78 readv:19:65
    recvfrom:45:207 recvmmsg:299:243 recvmsg:47:212 removexattr:197:14 rename:82:- renameat:264:38 renameat2:316:276
    restart_syscall:219:128 rmdir:84:- rseq:334:293 rt_sigaction:13:134 rt_sigpending:127:136 rt_sigprocmask:14:135
    rt_sigqueueinfo:129:138 rt_sigreturn:15:139 rt_sigsuspend:130:133 rt_sigtimedwait:128:137
    rt_tgsigqueueinfo:297:240 sched_get_priority_max:146:125 sched_get_priority_min:147:126 sched_getaffinity:204:123
    sched_getattr:315:275 sched_getparam:143:121 sched_getscheduler:145:120 sched_rr_get_interval:148:127
    sched_yield:24:124 select:23:- sendfile:40:71 sendmmsg:307:269 sendmsg:46:211 sendto:44:206 set_robust_list:273:99
    set_tid_address:218:96 setfsgid:123:152 setfsuid:122:151 setgid:106:144 setgroups:116:159 setitimer:38:103
    setpgid:109:154 setpriority:141:140 setregid:114:143 setresgid:119:149 setresuid:117:147 setreuid:113:145
    setrlimit:160:164 setsid:112:157 setsockopt:54:208 setuid:105:146 setxattr:188:5 shutdown:48:210
    sigaltstack:131:132 signalfd:282:- signalfd4:289:74 socket:41:198 socketpair:53:199 stat:4:- statfs:137:43
    statx:332:291 symlink:88:- symlinkat:266:36 sysinfo:99:179 tgkill:234:131 time:201:- timer_create:222:107
    timer_delete:226:111 timer_getoverrun:225:109 timer_gettime:224:108 timer_settime:223:110 timerfd_create:283:85
    timerfd_gettime:287:87 timerfd_settime:286:86 times:100:153 tkill:200:130 truncate:76:45 umask:95:166 uname:63:160
    unlink:87:- unlinkat:263:35 utime:132:- utimensat:280:88 utimes:235:- vfork:58:- wait4:61:260 waitid:247:95
    write:1:64 writev:20:66
"""

_ROWS = [each.split(":") for each in _LIST.split()]
ALLOWED = {machine: {row[0]: int(row[at]) for row in _ROWS if row[at] != "-"} for machine, (_, at) in _MACHINES.items()}
"""Numbers of the calls that pass, by machine: some of them with certain arguments alone."""

_UNIX, _INET = 1, 2
_PROTOCOLS = (0, 6, 17)  # TCP and UDP
_NEW_NAMESPACES = 0x7E020080
_SHARED_ANONYMOUS, _HUGE_PAGES = 0x21, 0x40000
_LEVEL_SOCKET, _BUFFERS_AND_FILTERS = 1, (7, 8, 26, 32, 33, 50, 51)
_FILE_COMMANDS = (  # to copy a descriptor, its flags, who gets its signals, and to ask for locks, leases, sizes, seals
    *(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 15, 16, 36, 1025, 1027, 1028, 1030, 1032, 1034),
)
_LIMIT_OF_CORE = 4
_CONTROLS = (  # TCGETS, TCSETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TCGETS2, FICLONE
    *(0x5401, 0x5402, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A, 0x40049409),
)
_PERSONALITIES = (0, 0xFFFFFFFF)

Instruction = tuple[int, int, int, int]


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
    """Refuse all other calls to this process and all that it starts, for good; False on a machine that is not known.

    New privileges must have been forbidden before.

    Raises:
        OSError: the system does not allow it.
    """
    if platform.machine() not in _MACHINES:
        return False
    listed = _instructions(_MACHINES[platform.machine()][0], ALLOWED[platform.machine()])
    instructions = (_Instruction * len(listed))(*(_Instruction(*each) for each in listed))
    program = _Program(len(listed), instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "seccomp")
    return True


def _instructions(machine: int, numbers: dict[str, int]) -> list[Instruction]:
    """The whole filter: first the machine, then the calls whose arguments matter, then all others by their number."""
    checks: list[Instruction] = []
    for name, arguments in _checks().items():
        checks += [(_EQUAL, 0, len(arguments), numbers[name]), *arguments]
    return [
        (_LOAD, 0, 0, _OFFSET_OF_MACHINE),
        (_EQUAL, 1, 0, machine),
        _refused(errno.EPERM),
        (_LOAD, 0, 0, _OFFSET_OF_NUMBER),
        *checks,
        *_search(_ranges(numbers.values())),
    ]


def _checks() -> dict[str, list[Instruction]]:
    """By call, what decides by its arguments; each ends."""
    return {
        "socket": [
            _argument(0),
            (_EQUAL, 0, 1, _UNIX),
            _PASSED,
            (_EQUAL, 1, 0, _INET),
            _refused(errno.EAFNOSUPPORT),
            *_one_of(2, _PROTOCOLS, errno.EPROTONOSUPPORT),
        ],
        "socketpair": _one_of(0, (_UNIX,), errno.EAFNOSUPPORT),
        "setsockopt": [
            _argument(1),
            (_EQUAL, 1, 0, _LEVEL_SOCKET),
            _PASSED,
            *_none_of(2, _BUFFERS_AND_FILTERS, errno.EPERM),
        ],
        "mmap": [
            *(_argument(3), (_AND, 0, 0, _HUGE_PAGES), (_EQUAL, 1, 0, 0), _refused(errno.EPERM)),
            *_without_bits(3, _SHARED_ANONYMOUS, _SHARED_ANONYMOUS),
        ],
        "clone": _without_bits(0, _NEW_NAMESPACES),
        "fcntl": _one_of(1, _FILE_COMMANDS, errno.EPERM),
        "ioctl": _one_of(1, _CONTROLS, errno.ENOTTY),
        "personality": _one_of(0, _PERSONALITIES, errno.EPERM),
        "setrlimit": _none_of(0, (_LIMIT_OF_CORE,), errno.EPERM),
        "prlimit64": [  # may be asked for, by the call that also sets it
            *(_argument(1), (_EQUAL, 1, 0, _LIMIT_OF_CORE), _PASSED),
            *(_argument(2), (_EQUAL, 0, 3, 0), _upper_half(2), (_EQUAL, 0, 1, 0), _PASSED, _refused(errno.EPERM)),
        ],
    }


def _argument(place: int) -> Instruction:
    """Load the lower half of an argument, which is all that these calls look at."""
    return (_LOAD, 0, 0, _OFFSET_OF_ARGUMENTS + 8 * place)


def _upper_half(place: int) -> Instruction:
    """Load what is left of an argument, which belongs to an address."""
    return (_LOAD, 0, 0, _OFFSET_OF_ARGUMENTS + 8 * place + 4)


_PASSED: Instruction = (_RETURN, 0, 0, _ALLOW)


def _refused(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERROR | number)


def _one_of(place: int, values: Sequence[int], error: int) -> list[Instruction]:
    """Pass where an argument is one of these."""
    found = [(_EQUAL, len(values) - each, 0, value) for each, value in enumerate(values)]
    return [_argument(place), *found, _refused(error), _PASSED]


def _none_of(place: int, values: Sequence[int], error: int) -> list[Instruction]:
    """Pass where an argument is none of these."""
    found = [(_EQUAL, len(values) - each, 0, value) for each, value in enumerate(values)]
    return [_argument(place), *found, _PASSED, _refused(error)]


def _without_bits(place: int, bits: int, refused: int | None = None) -> list[Instruction]:
    """Pass where an argument has none of these bits, or, with ``refused``, not all of those."""
    passes = (_EQUAL, 1, 0, 0) if refused is None else (_EQUAL, 0, 1, refused)
    return [_argument(place), (_AND, 0, 0, bits), passes, _refused(errno.EPERM), _PASSED]


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """These numbers as ranges, first and one past the last, in order."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found


def _search(ranges: list[tuple[int, int]]) -> list[Instruction]:
    """Pass numbers in the ranges: half of them are left out at each step."""
    if not ranges:
        return [_refused(errno.ENOSYS)]
    if len(ranges) == 1:
        ((first, past),) = ranges
        return [(_AT_LEAST, 0, 2, first), (_AT_LEAST, 1, 0, past), _PASSED, _refused(errno.ENOSYS)]
    below, above = _search(ranges[: len(ranges) // 2]), _search(ranges[len(ranges) // 2 :])
    return [(_AT_LEAST, len(below), 0, ranges[len(ranges) // 2][0]), *below, *above]
