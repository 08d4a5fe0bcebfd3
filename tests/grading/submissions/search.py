"""A submission that reads all that it can, and tells which planted words it found; one that tries what it must not.

Planted words look like ``kind`` + ``~MARK~`` + 24 digits. No source here holds one, so none is found but those planted.
"""

# ruff: noqa: E501 -- what a submission does stands on a line

from __future__ import annotations

from pathlib import Path

__all__ = ["ESCAPES", "IN_HOME", "SEARCH", "marker", "planted_files"]

IN_HOME = ".planted-"
"""How names of files begin that tests leave in the home of who runs them, as long as they run."""


def marker(kind: str, digits: str) -> str:
    """A word that a search knows when it meets it."""
    return f"{kind}~MARK~{digits}"


def planted_files(folder: Path, digits: str) -> dict[str, Path]:
    """Files that no submission may read or change, each with a planted word."""
    places = {"gradebook": folder / "course" / "gradebook.db", "other": folder / "course" / "other.ipynb"}
    for name, path in places.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(marker(name, digits))
    return places


SEARCH = r"""
import ctypes, gc, linecache, os, re, socket, stat, sys, time

PATTERN = re.compile(rb"~" + rb"MARK~[0-9a-f]{24}")
PROGRAMS = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/proc", "/dev", sys.base_prefix, sys.prefix)
found, seen, unread = set(), {"files": 0, "bytes": 0, "objects": 0}, []


def look(data):
    seen["bytes"] += len(data)
    for match in PATTERN.finditer(data):
        found.add(re.search(rb"[a-z]*$", data[max(0, match.start() - 20) : match.start()])[0].decode())


def read(path):
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        seen["files"] += 1
        while data := os.read(number, 2**20):
            look(data)
            if not stat.S_ISREG(os.fstat(number).st_mode):
                break
    except OSError:
        pass
    finally:
        os.close(number)


def walk(top, every):
    for folder, folders, files in os.walk(top):
        if not every:
            folders[:] = [each for each in folders if os.path.join(folder, each) not in PROGRAMS]
        for name in files + folders:
            look(os.fsencode(name))
        for name in files:
            path = os.path.join(folder, name)
            try:
                recent = os.lstat(path).st_ctime > time.time() - 600
            except OSError:
                continue
            if recent or not every:
                read(path)


def search_files():
    walk("/", False)
    for name in ("gradebook.db", "solutions", "hidden_tests"):
        for folder in ("..", "/work", "/root", "/home", os.path.expanduser("~"), "/proc/1/cwd", "/proc/1/root", "/proc/self/root/.."):
            walk(os.path.join(folder, name), False)


def search_programs():
    for top in {sys.prefix, "/usr/local", "/usr/lib/python3", "/bin"}:
        walk(top, True)


def search_processes():
    for number in [*range(1, 300), *(int(name) for name in os.listdir("/proc") if name.isdigit())]:
        for name in ("environ", "cmdline", "maps", "mountinfo", "status", "stack", "fdinfo/0", "auxv", "net/unix", "net/tcp"):
            read(f"/proc/{number}/{name}")
        try:
            for each in os.listdir(f"/proc/{number}/fd"):
                read(f"/proc/{number}/fd/{each}")
        except OSError:
            pass
    for name in ("keys", "key-users", "locks", "mounts", "cmdline", "sysvipc/shm", "sysvipc/msg", "net/unix", "kcore", "kmsg"):
        read(f"/proc/{name}")


def search_memory():
    for number in os.listdir("/proc"):
        if not number.isdigit():
            continue
        with open(f"/proc/{number}/maps") as maps, open(f"/proc/{number}/mem", "rb", 0) as memory:
            for line in maps:
                place, rights, _, _, inode = line.split()[:5]
                first, last = (int(each, 16) for each in place.split("-"))
                if rights[0] != "r" or (inode != "0" and rights[1] != "w") or "[v" in line:
                    continue
                for start in range(first, last, 2**22):
                    try:
                        memory.seek(start)
                        look(memory.read(min(2**22, last - start)))
                    except (OSError, ValueError):
                        break


def search_objects():
    frame = sys._getframe()
    while frame:
        look(repr((frame.f_code.co_filename, list(frame.f_locals), list(frame.f_globals))).encode())
        frame = frame.f_back
    gc.unfreeze()  # what was there before the fork too
    for each in gc.get_objects():
        if isinstance(each, (dict, list, tuple)):
            for value in list(each.values() if isinstance(each, dict) else each):
                if isinstance(value, (str, bytes)):
                    seen["objects"] += 1
                    look(value.encode(errors="replace") if isinstance(value, str) else value)
    for lines in list(linecache.cache.values()):
        look("".join(map(str, lines[2] if len(lines) > 2 else lines)).encode())
    for module in list(sys.modules.values()):
        for value in list(vars(module).values()) if hasattr(module, "__dict__") else []:
            if isinstance(value, str):
                look(value.encode(errors="replace"))


def search_environment():
    look(repr((dict(os.environ), sys.argv, sys.path, sys.orig_argv, os.uname())).encode())
    for number in range(256):
        try:
            look(os.fsencode(os.readlink(f"/proc/self/fd/{number}")))
            look(socket.socket(fileno=os.dup(number)).recv(2**16, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except (OSError, ValueError):
            pass
    for number in range(256):
        try:
            look(os.pread(number, 2**16, 0))
        except OSError:
            pass
    library = ctypes.CDLL(None)
    for number in range(64):
        address = library.shmat(number, None, 0o10000)
        if address not in (-1, 2**64 - 1):
            unread.append("shared memory")


own = "CONTROL"


def confess():
    search_WHERE()
    return [sorted(found), seen, unread]
"""
"""``confess`` looks in the place that stands for WHERE; a planted word stands where CONTROL does."""


ESCAPES = r"""
import ctypes, os, resource, signal, socket, struct, subprocess, sys, time

library = ctypes.CDLL(None, use_errno=True)
number_of = {"ptrace": 101, "bpf": 321, "pidfd_send_signal": 424, "pidfd_open": 434, "pidfd_getfd": 438}  # on x86_64


def done(result):
    if result in (-1, None):
        raise OSError(ctypes.get_errno(), "refused")


def call(name, *inputs):
    done(library.syscall(number_of[name], *[ctypes.c_long(each) if isinstance(each, int) else each for each in inputs]))


def write(path, data=b"OWNED"):
    with open(path, "ab") as file:
        file.write(data)
        file.flush()


def make(path):
    with open(path, "xb") as file:
        file.write(b"OWNED")


def connect(kind, place, family=socket.AF_INET):
    with socket.socket(family, kind) as made:
        made.settimeout(0.3)
        made.connect(place)
        if kind == socket.SOCK_DGRAM:
            made.send(b"OWNED")


def raised():
    resource.setrlimit(resource.RLIMIT_NOFILE, (2**16, 2**16))


def killed(number):
    os.kill(number, 0)


def peer():
    for name in os.listdir("/proc/self/fd"):
        try:
            made = socket.socket(fileno=os.dup(int(name)))
            handle = int.from_bytes(made.getsockopt(socket.SOL_SOCKET, 77, 4), "little")
        except OSError:
            continue
        for each in range(32):
            try:
                call("pidfd_getfd", handle, each, 0)
            except OSError:
                continue
            os.fstat(each)
            if library.syscall(number_of["pidfd_send_signal"], handle, 0, None, 0) == 0:
                return
    raise OSError("nobody")


def setuid():
    shown = subprocess.run(["SETUID", "-c", "id -u"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1)
    if shown.stdout.strip() != "0":
        raise OSError("refused")


def others():
    if sum(name.isdigit() for name in os.listdir("/proc")) < 2:
        raise OSError("alone")


def tried():
    here = {
        "reads " + path: (lambda path=path: open(path, "rb").read(1)) for path in PATHS
    } | {
        "writes " + path: (lambda path=path: write(path)) for path in PATHS
    } | {
        "makes a file in " + folder: (lambda folder=folder: make(os.path.join(folder, "OWNED"))) for folder in FOLDERS
    } | {
        "can write " + path: (lambda path=path: os.close(os.open(path, os.O_WRONLY))) for path in KERNEL
    } | {
        "connects to a port": lambda: connect(socket.SOCK_STREAM, ("127.0.0.1", PORT)),
        "connects to a port of the world": lambda: connect(socket.SOCK_STREAM, ("192.0.2.1", 80)),
        "sends to a port": lambda: connect(socket.SOCK_DGRAM, ("192.0.2.1", PORT)),
        "connects to an abstract socket": lambda: connect(socket.SOCK_STREAM, b"\0" + NAME, socket.AF_UNIX),
        "connects to a socket in a folder": lambda: connect(socket.SOCK_STREAM, PLACE, socket.AF_UNIX),
        "opens a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "opens a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        "sees other processes": others,
        "signals the grader": lambda: killed(GRADER),
        "signals its parent": lambda: killed(os.getppid() or GRADER),
        "traces the grader": lambda: call("ptrace", 16, GRADER, 0, 0),
        "opens the grader": lambda: call("pidfd_open", GRADER, 0),
        "takes files of the grader": peer,
        "mounts": lambda: done(library.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
        "unmounts /proc": lambda: done(library.umount2(b"/proc", 2)),
        "unmounts its home": lambda: done(library.umount2(b"/tmp", 2)),
        "changes its root": lambda: os.chroot("/tmp"),
        "makes a user namespace": lambda: done(library.unshare(0x10000000)),
        "makes a mount namespace": lambda: done(library.unshare(0x20000)),
        "joins a namespace": lambda: done(library.setns(os.open("/proc/1/ns/user", os.O_RDONLY), 0)),
        "makes a device": lambda: os.mknod("/tmp/device", 0o20666, os.makedev(1, 1)),
        "becomes root": lambda: os.setuid(0),
        "becomes root by a program": setuid,
        "raises its limit of files": raised,
        "raises its priority": lambda: os.nice(-5),
        "loads a program into the kernel": lambda: call("bpf", 5, bytes(128), 128),
        "opens a device of a disk": lambda: open("/dev/vda", "rb"),
        "opens the memory of the machine": lambda: open("/dev/mem", "rb"),
        "reads what the kernel says": lambda: done(library.klogctl(3, ctypes.create_string_buffer(64), 64)),
        "puts input into a terminal": lambda: __import__("fcntl").ioctl(0, 0x5412, b"x"),
        "opens a terminal": lambda: os.open("/dev/tty", os.O_RDWR),
    }
    managed = []
    for name, action in here.items():
        try:
            action()
        except (OSError, ValueError, subprocess.SubprocessError):
            continue
        managed.append(name)
    return managed


def confess():
    return tried()
"""
"""``confess`` tells what of a long list it managed to do; PATHS and the like are to be defined before.

What succeeds does no harm beyond the planted files: settings of the kernel are opened, and never written.
"""
